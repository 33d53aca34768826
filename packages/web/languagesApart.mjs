import { readFileSync } from "node:fs";
import { parseSync } from "vite";

const SOURCE = /\.(tsx?)$/u;
const GERMAN = /\.german(\.tsx?)$/u;

/**
 * Keeps the German of every catalogue apart from the English, so that only who speaks German fetches it. In a source file
 * both stand side by side: `const t = words({ en: {…}, de: {…} })`. In the build `de` becomes a function that fetches; the
 * module it fetches is the same file with `{…}` in place of the whole call, and what that does not need is shaken off.
 */
export function languagesApart() {
  return {
    name: "languages-apart",
    apply: "build",
    enforce: "pre",
    resolveId: (id) => (GERMAN.test(id) ? id : null),
    load(id) {
      if (!GERMAN.test(id)) return null;
      const file = id.replace(GERMAN, "$1");
      const source = readFileSync(file, "utf8");
      const found = cataloguesOf(file, source);
      const code = replaced(
        source,
        found.map(({ call, de }) => ({ ...call, by: `(${source.slice(de.start, de.end)})` })),
      );
      return `${code}\nexport const german = [${found.map(({ name }) => name).join(", ")}];\n`;
    },
    transform(source, id) {
      if (!SOURCE.test(id) || GERMAN.test(id) || !source.includes("words({")) return null;
      const found = cataloguesOf(id, source);
      if (found.length === 0) return null;
      const code = replaced(
        source,
        found.map(({ de }, at) => ({ ...de, by: `() => germanHere().then((all) => all[${at}])` })),
      );
      return `${code}\nconst germanHere = () => import(${JSON.stringify(id.replace(SOURCE, ".german.$1"))}).then((it) => it.german);\n`;
    },
  };
}

/** Where the catalogues of a file are: constants at its top, so that each has a name. */
function cataloguesOf(id, source) {
  const { program, errors } = parseSync(id, source);
  if (errors.length > 0) throw new Error(`${id}: ${errors[0].message}`);
  const constants = program.body
    .map((statement) => (statement.type === "ExportNamedDeclaration" ? statement.declaration : statement))
    .filter((statement) => statement?.type === "VariableDeclaration")
    .flatMap(({ declarations }) => declarations);
  return constants.flatMap((constant) => {
    const call = constant.init?.type === "TSSatisfiesExpression" ? constant.init.expression : constant.init;
    if (call?.type !== "CallExpression" || call.callee.name !== "words") return [];
    const de = call.arguments[0].properties.find(({ key }) => key.name === "de")?.value;
    return de ? [{ name: constant.id.name, call: constant.init, de }] : [];
  });
}

function replaced(source, pieces) {
  let [code, from] = ["", 0];
  for (const { start, end, by } of pieces) {
    code += source.slice(from, start) + by;
    from = end;
  }
  return code + source.slice(from);
}
