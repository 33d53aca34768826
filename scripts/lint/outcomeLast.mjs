/**
 * ESLint rule: what came of something is told after it is so. Telling is `output.result(…)` in a command and `toast(…)` in the
 * browser, but for dangers. It is refused
 * - before something that is still awaited on the same way through the function: that may fail after it was called done;
 * - for a toast of success, where nothing was awaited before it: then nobody can know.
 */
export const outcomeLast = {
  meta: {
    type: "problem",
    schema: [],
    messages: {
      early: "Told before it is so: what is awaited after this may fail. Tell it last.",
      unknown: "A success is told here, and nothing was awaited that could say so.",
    },
  },
  create(context) {
    return {
      CallExpression(node) {
        const tone = toneOf(node);
        if (tone === null || tone === "danger") return;
        if (awaitsAfter(node)) context.report({ node, messageId: "early" });
        else if (tone === "success" && !isAnswer(node)) context.report({ node, messageId: "unknown" });
      },
    };
  },
};

/** How a call tells an outcome: `plain`, `success`, `danger`; null for another call. */
function toneOf({ callee, arguments: [told] }) {
  if (callee.type === "MemberExpression") {
    const from = callee.object.type === "MemberExpression" ? callee.object.property : callee.object;
    const isResult = callee.property.name === "result" && (from.name === "output" || from.name === "out");
    return isResult ? "plain" : null;
  }
  if (callee.name !== "toast") return null;
  const tone = told?.properties?.find(({ key }) => key?.name === "tone")?.value;
  return tone === undefined ? "plain" : String(tone.value);
}

const isFunction = ({ type }) => /^(ArrowFunctionExpression|FunctionExpression|FunctionDeclaration)$/u.test(type);
const ends = ({ type }) => type === "ReturnStatement" || type === "ThrowStatement";

/** Whether, on a way from this call to the function's end, something is awaited. Clearing up (`finally`) is no part of it. */
function awaitsAfter(call) {
  for (let node = call; node.parent && !isFunction(node); node = node.parent) {
    const { parent } = node;
    if (parent.type !== "BlockStatement" && parent.type !== "Program") continue;
    for (const statement of parent.body.slice(parent.body.indexOf(node) + 1)) {
      if (hasAwait(statement)) return true;
      if (ends(statement)) return false;
    }
    if (ends(node)) return false;
  }
  return false;
}

/** Whether what is told can be the answer to something: it was awaited before, a result was asked, or it is in a `then`. */
function isAnswer(call) {
  let node = call;
  for (; node.parent; node = node.parent) {
    const { type, test } = node.parent;
    if (type === "IfStatement" && node !== test && asksResult(test)) return true;
    if (!isFunction(node)) continue;
    const { parent } = node;
    if (parent.type === "CallExpression" && parent.callee.property?.name === "then") return true;
    break;
  }
  const body = isFunction(node) ? node.body : node;
  return hasAwait(body, call.range[0]);
}

/** `made.ok`, or a part of it. */
function asksResult(test) {
  if (test.type === "LogicalExpression") return asksResult(test.left) || asksResult(test.right);
  return test.type === "MemberExpression" && test.property.name === "ok";
}

/** Whether an await of this function itself stands in the node, before a place in the text. */
function hasAwait(node, before = Number.MAX_SAFE_INTEGER) {
  if (node.type === "AwaitExpression" && node.range[0] < before) return true;
  if (isFunction(node)) return false;
  return Object.entries(node).some(([key, value]) => {
    if (key === "parent") return false;
    const children = Array.isArray(value) ? value : [value];
    return children.some((child) => typeof child?.type === "string" && hasAwait(child, before));
  });
}
