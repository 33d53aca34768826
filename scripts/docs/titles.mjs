import ts from "typescript";
import { isTest, parsed, projectFiles, read } from "./files.mjs";

/** A test with one of these still runs somewhere; one with any other (`skip`, `todo`, `fails`, …) proves nothing. */
const RUNS = new Set(["each", "for", "skipIf", "runIf", "concurrent", "sequential"]);

let kept;

/** The titles, in files that name a rule or an attack, of all tests that run, and of each `describe` that has one of them. */
export function testTitles() {
  kept ??= projectFiles(/^packages\/.*\.tsx?$/)
    .filter((file) => isTest(file) && /RULE|\bA\d/u.test(read(file)))
    .flatMap((file) => titlesOf(parsed(file)));
  return kept;
}

function titlesOf(source) {
  const makers = new Map([["it", 0], ["test", 0], ...makersOf(source)]);
  const found = (node) => {
    const below = [];
    ts.forEachChild(node, (child) => void below.push(...found(child)));
    if (!ts.isCallExpression(node)) return below;
    const { name, modifiers } = calleeOf(node.expression);
    const isSuite = name === "describe";
    if (!isSuite && !makers.has(name)) return below;
    if (!modifiers.every((each) => RUNS.has(each)) || node.arguments.some(isSkipped)) return [];
    const title = node.arguments[isSuite ? 0 : makers.get(name)];
    const text = title === undefined ? null : textOf(title);
    return text === null || (isSuite && below.length === 0) ? below : [text, ...below];
  };
  return found(source);
}

/** The functions of a file that make a test, and which of their arguments is its title. */
function makersOf(source) {
  const makers = [];
  const visit = (node) => {
    const made = ts.isVariableDeclaration(node) ? node.initializer : ts.isFunctionDeclaration(node) ? node : null;
    const isMaker = made && (ts.isArrowFunction(made) || ts.isFunctionDeclaration(made)) && made.body;
    if (isMaker && node.name && ts.isIdentifier(node.name)) {
      const at = titleParameter(made);
      if (at >= 0) makers.push([node.name.text, at]);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return makers;
}

function titleParameter({ body, parameters }) {
  const visit = (node) => {
    if (ts.isCallExpression(node)) {
      const { name, modifiers } = calleeOf(node.expression);
      const [title] = node.arguments;
      if (/^(it|test)$/u.test(name) && modifiers.every((each) => RUNS.has(each)) && title && ts.isIdentifier(title)) {
        const at = parameters.findIndex((each) => ts.isIdentifier(each.name) && each.name.text === title.text);
        if (at >= 0) return at + 1;
      }
    }
    return ts.forEachChild(node, visit);
  };
  return (visit(body) ?? 0) - 1;
}

/** `it.skipIf(isSlow).each(rows)` is `it`, with `each` and `skipIf`. */
function calleeOf(expression) {
  const modifiers = [];
  let node = expression;
  while (!ts.isIdentifier(node)) {
    if (ts.isPropertyAccessExpression(node)) modifiers.push(node.name.text);
    else if (!ts.isCallExpression(node) && !ts.isTaggedTemplateExpression(node)) return { name: "", modifiers };
    node = ts.isTaggedTemplateExpression(node) ? node.tag : node.expression;
  }
  return { name: node.text, modifiers };
}

/** `{ skip: true }` as an argument. */
function isSkipped(argument) {
  return (
    ts.isObjectLiteralExpression(argument) &&
    argument.properties.some(({ name }) => name && ts.isIdentifier(name) && /^(skip|todo|fails)$/u.test(name.text))
  );
}

/** A text that stands there; of a template, what is certain of it. */
function textOf(node) {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return null;
  return [node.head, ...node.templateSpans.map(({ literal }) => literal)].map(({ text }) => text).join("…");
}
