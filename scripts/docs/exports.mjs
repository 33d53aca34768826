import path from "node:path";
import ts from "typescript";
import { projectFiles, read, root } from "./files.mjs";

/** Every public export (of an entry that a package.json declares) has a docstring. */
export function exportFaults() {
  const entries = projectFiles(/^packages\/[a-z]+\/package\.json$/).flatMap(entriesOf);
  const options = {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    customConditions: ["@conclave/source"],
    jsx: ts.JsxEmit.ReactJSX,
    types: [],
    noEmit: true,
    skipLibCheck: true,
  };
  const program = ts.createProgram(entries, options);
  const checker = program.getTypeChecker();
  const faults = [];
  let count = 0;
  for (const entry of entries) {
    const symbol = checker.getSymbolAtLocation(program.getSourceFile(entry));
    for (const exported of symbol ? checker.getExportsOfModule(symbol) : []) {
      count++;
      const target = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      if (
        target.getDocumentationComment(checker).length === 0 &&
        exported.getDocumentationComment(checker).length === 0
      ) {
        faults.push(`${entry.slice(root.length)}: ${exported.name} has no docstring`);
      }
    }
  }
  return { faults, summary: `${count} exports in ${entries.length} entries` };
}

/** The sources of a package's entries. An entry of many files (`./*`) is generated: its names are not documented. */
function entriesOf(manifest) {
  const folder = root + manifest.slice(0, -"package.json".length);
  return Object.values(JSON.parse(read(manifest)).exports ?? {})
    .map((entry) => entry["@conclave/source"])
    .filter((source) => source !== undefined && !source.includes("*"))
    .map((source) => path.join(folder, source));
}
