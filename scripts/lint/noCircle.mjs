import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

/** ESLint rule: no file imports itself by way of others. Imports of types count: a circle cannot be read from one end. */
export const noCircle = {
  meta: { type: "problem", schema: [], messages: { circle: "A circle of imports: {{way}}" } },
  create(context) {
    return {
      Program(node) {
        const way = circleFrom(path.resolve(context.filename));
        if (way === null) return;
        const names = way.map((file) => path.relative(path.dirname(context.filename), file)).join(" -> ");
        context.report({ node, messageId: "circle", data: { way: names } });
      },
    };
  },
};

/** The shortest way from a file over its imports back to itself; null when there is none. */
function circleFrom(file) {
  const cameFrom = new Map([[file, null]]);
  for (const here of cameFrom.keys()) {
    for (const next of importsOf(here)) {
      if (next === file) return wayTo(here, cameFrom).concat(file);
      if (!cameFrom.has(next)) cameFrom.set(next, here);
    }
  }
  return null;
}

function wayTo(file, cameFrom) {
  const way = [];
  for (let here = file; here !== null; here = cameFrom.get(here)) way.unshift(here);
  return way;
}

const known = new Map();

/** The files beside it that a file imports. */
function importsOf(file) {
  const kept = known.get(file);
  if (kept) return kept;
  const { importedFiles } = ts.preProcessFile(readFileSync(file, "utf8"), true, true);
  const found = importedFiles
    .filter(({ fileName }) => fileName.startsWith("."))
    .map(({ fileName }) => path.resolve(path.dirname(file), fileName.replace(/\.js$/u, "")))
    .map((base) => [`${base}.ts`, `${base}.tsx`].find((candidate) => existsSync(candidate)))
    .filter((each) => each !== undefined);
  known.set(file, found);
  return found;
}
