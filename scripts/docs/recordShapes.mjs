// The shapes of what `conclave --json` prints, read from packages/cli/src/documents by the TypeScript compiler: what docs/json.md
// is written from, and what test/records.test.ts checks the real output against. Run alone, it prints them.
import ts from "typescript";
import { fileURLToPath } from "node:url";
import { root } from "./files.mjs";

/** The protocol's own value, described in docs/protocol.md. */
const OPAQUE = new Set(["Policy"]);

/** `{commands, chat, types}`: fields by command, by kind of chat record, and by the name of a type. */
export function recordShapes() {
  const files = ["commandRecords", "chatRecords", "everyRecord"].map(
    (name) => `${root}packages/cli/src/documents/${name}.ts`,
  );
  const program = ts.createProgram(files, {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    customConditions: ["@conclave/source"],
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: true,
  });
  const checker = program.getTypeChecker();
  const types = {};
  const doc = (symbol) => ts.displayPartsToString(symbol.getDocumentationComment(checker)).replace(/\s+/g, " ").trim();

  function fieldsOf(type) {
    return checker.getPropertiesOfType(type).map((property) => {
      const isOptional = (property.flags & ts.SymbolFlags.Optional) !== 0;
      const propertyType = checker.getTypeOfSymbol(property);
      return { name: property.name, isOptional, about: doc(property), shape: shapeOf(propertyType) };
    });
  }

  function shapeOf(type) {
    const full = (type.aliasSymbol ?? type.symbol)?.name ?? "";
    // In the document everything is one.
    const name = full.replace(/Document$/, "");
    if (OPAQUE.has(full)) return { opaque: full };
    if (type.isUnion()) {
      // `A | null` keeps the name of A; "a" | "b" is a list of words.
      const members = type.types.filter((member) => !(member.flags & ts.TypeFlags.Undefined));
      const isBoolean = (member) => (member.flags & ts.TypeFlags.BooleanLiteral) !== 0;
      const shapes = members.filter((member) => !isBoolean(member)).map(shapeOf);
      if (members.some(isBoolean)) shapes.push({ plain: "boolean" });
      return shapes.length === 1 ? shapes[0] : { union: shapes };
    }
    if (type.isStringLiteral() || type.isNumberLiteral()) return { value: type.value };
    if (type.flags & ts.TypeFlags.String) return { plain: "string" };
    if (type.flags & ts.TypeFlags.Number) return { plain: "number" };
    if (type.flags & ts.TypeFlags.Boolean) return { plain: "boolean" };
    if (type.flags & ts.TypeFlags.Null) return { plain: "null" };
    if (checker.isArrayType(type)) return { list: shapeOf(checker.getTypeArguments(type)[0]) };
    const index = checker.getIndexTypeOfType(type, ts.IndexKind.String);
    if (index) return { map: shapeOf(index) };
    const isNamed = name !== "" && !name.startsWith("__");
    if (!isNamed) return { fields: fieldsOf(type) };
    if (!(name in types)) {
      types[name] = null;
      types[name] = { about: doc(type.aliasSymbol ?? type.symbol), fields: fieldsOf(type) };
    }
    return { type: name };
  }

  const exported = files.flatMap((file) =>
    checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file))),
  );
  const records = (name) => {
    const type = checker.getDeclaredTypeOfSymbol(exported.find((symbol) => symbol.name === name));
    return Object.fromEntries(
      checker
        .getPropertiesOfType(type)
        .map((property) => [
          property.name,
          { about: doc(property), fields: fieldsOf(checker.getTypeOfSymbol(property)) },
        ]),
    );
  };
  const shapes = { commands: records("CommandRecords"), chat: records("ChatRecords"), types };
  for (const name of ["Warning", "ErrorBody"])
    shapeOf(checker.getDeclaredTypeOfSymbol(exported.find((symbol) => symbol.name === name)));
  return shapes;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(JSON.stringify(recordShapes()));
