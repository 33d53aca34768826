import ts from "typescript";
import { projectFiles, root } from "./files.mjs";

/** Every public export (from an index.ts, or a sub-path's entry) has a docstring. */
export function exportFaults() {
  const entries = projectFiles(/^packages\/[a-z]+\/src\/(index|node|web|browser|testing)\.ts$/).map(
    (file) => root + file,
  );
  const options = {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    customConditions: ["@conclave/source"],
    jsx: ts.JsxEmit.ReactJSX,
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
