import ts from "typescript";
import { isTest, parsed, projectFiles, read } from "./files.mjs";

/**
 * Names that several files may export, and why. Every other exported name has one meaning in the whole workspace
 * (docs/architecture.md has the glossary).
 */
const SHARED = [
  { names: ["t"], because: "each screen's texts" },
  { names: ["systemRandom"], because: "one for each platform" },
  { names: ["concatBytes"], because: "crypto imports nothing of the workspace" },
  { names: ["done"], because: "makes a result; and the frame of wire that says so is called after its type" },
];

/** Folders in which a command, a screen or an action may have the name of what it does or shows. */
const NAMED_AFTER = [
  /^packages\/cli\/src\/commands\//,
  /^packages\/protocol\/src\/roster\/actions\//,
  /^packages\/cli\/src\/chat\/ChatScreen\.tsx$/,
];

/** Private experiments, and what is part of no product. */
const LEFT_OUT = /^packages\/(lab|cli\/src\/demo)\//;

/** Where the one result of the workspace is declared (docs/decisions/0013-one-result.md). */
const RESULT = "packages/codec/src/result.ts";

/**
 * Each exported name is declared once in the workspace, no name is made of a word that the glossary replaced, and there is one
 * type for what may fail.
 */
export function nameFaults() {
  const declared = new Map();
  const members = [];
  for (const file of projectFiles(/^packages\/[a-z]+\/src\/.*\.tsx?$/)) {
    if (isTest(file) || /\.fixture\./.test(file) || LEFT_OUT.test(file)) continue;
    for (const name of exportsOf(file)) declared.set(name, [...(declared.get(name) ?? []), file]);
    for (const { name, member } of membersOf(file)) members.push({ file, said: `${name}.${member}`, name: member });
  }
  const faults = [];
  const shared = new Set(SHARED.flatMap(({ names }) => names));
  for (const [name, files] of declared) {
    const own = [...new Set(files)].filter((file) => !NAMED_AFTER.some((folder) => folder.test(file)));
    if (own.length > 1 && !shared.has(name) && !isOneInEach(own))
      faults.push(`${name} is exported by ${own.join(" and ")}`);
  }
  for (const name of shared) if ((declared.get(name)?.length ?? 0) < 2) faults.push(`${name} is shared by nobody`);
  const { terms, replaced } = glossary();
  const exported = [...declared].map(([name, files]) => ({ file: files.join(", "), said: name, name }));
  for (const { file, said, name } of [...exported, ...members]) {
    const words = wordsOf(name);
    const old = replaced.find(({ word }) => words.some((each) => isWord(each, word)));
    if (old) faults.push(`${file}: ${said} says "${old.word}", which is called ${old.term}`);
  }
  for (const file of projectFiles(/^packages\/[a-z]+\/(src|test)\/.*\.tsx?$/))
    if (file !== RESULT && declaresResult(file)) faults.push(`${file}: a result of its own, where codec has Result`);
  for (const term of terms) if (!declared.has(term)) faults.push(`docs/architecture.md: nothing is called ${term}`);
  return {
    faults,
    summary: `${declared.size} exported names, ${members.length} of their members, ${terms.length} in the glossary`,
  };
}

/** The terminal and the browser never meet: each may use the same name for something of its own. */
function isOneInEach(files) {
  const packages = files.map((file) => file.split("/")[1]);
  return new Set(packages).size === files.length && packages.every((name) => name === "cli" || name === "web");
}

/** The names that a file exports and declares, or gives in its export (`export { a as b }`). */
function exportsOf(file) {
  const declared = exportedStatements(file).flatMap((statement) => {
    if (ts.isVariableStatement(statement))
      return statement.declarationList.declarations.flatMap(({ name }) => (ts.isIdentifier(name) ? [name.text] : []));
    return statement.name ? [statement.name.text] : [];
  });
  const given = parsed(file).statements.flatMap((statement) => {
    const clause = ts.isExportDeclaration(statement) ? statement.exportClause : undefined;
    if (clause === undefined) return [];
    if (ts.isNamespaceExport(clause)) return [clause.name.text];
    const isOwn = statement.moduleSpecifier === undefined;
    return clause.elements
      .filter(({ propertyName, name }) => isOwn || (propertyName && propertyName.text !== name.text))
      .map(({ name }) => name.text);
  });
  return [...declared, ...given];
}

function exportedStatements(file) {
  return parsed(file).statements.filter((statement) =>
    statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword),
  );
}

/** The names of the fields and methods of what a file exports, but for what is private: `{name: "Room", member: "say"}`. */
function membersOf(file) {
  return exportedStatements(file).flatMap((statement) => {
    const members = statement.members ?? statement.type?.members ?? [];
    const given = members.flatMap((member) => (ts.isConstructorDeclaration(member) ? member.parameters : []));
    return [...members, ...given.filter(({ modifiers }) => modifiers)]
      .filter(
        (member) => typeof member.name?.text === "string" && !isPrivate(member) && !ts.isPrivateIdentifier(member.name),
      )
      .map((member) => ({ name: statement.name.text, member: member.name.text }));
  });
}

function isPrivate({ modifiers }) {
  return modifiers?.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword) === true;
}

/** Whether a type in the file has `ok: true` or `ok: false`, which is what a result is told by. */
function declaresResult(file) {
  if (!/\bok\??: (true|false)\b/u.test(read(file))) return false;
  const isResult = (node) =>
    (ts.isPropertySignature(node) &&
      node.name.text === "ok" &&
      node.type?.kind === ts.SyntaxKind.LiteralType &&
      [ts.SyntaxKind.TrueKeyword, ts.SyntaxKind.FalseKeyword].includes(node.type.literal.kind)) ||
    ts.forEachChild(node, isResult) === true;
  return isResult(parsed(file));
}

/** `JoinRequest` and `JOIN_REQUEST` are made of "join" and "request". */
function wordsOf(name) {
  if (!/[a-z]/u.test(name)) return name.toLowerCase().split("_");
  return name.split(/(?=[A-Z])|_/u).map((word) => word.toLowerCase());
}

/** Whether a word is another, or its plural. */
function isWord(word, other) {
  return [other, `${other}s`, `${other}es`, other.replace(/y$/u, "ies")].includes(word);
}

/**
 * The glossary's table in docs/architecture.md: `| **term** (`Name`, `Other`) | what it is | words that it replaces |`. A word
 * in the third column that stands in backticks may be part of no exported name, nor of one of its fields and methods.
 */
function glossary() {
  const rows = read("docs/architecture.md").matchAll(/^\| \*\*(.+?)\*\*(.*?) \| [^|]*? \|([^|]*)\|$/gmu);
  const terms = [];
  const replaced = [];
  for (const [, term, names, old] of rows) {
    for (const [, name] of names.matchAll(/`(\w+)`/gu)) terms.push(name);
    for (const [, word] of old.matchAll(/`(\w+)`/gu)) replaced.push({ word: word.toLowerCase(), term });
  }
  return { terms, replaced };
}
