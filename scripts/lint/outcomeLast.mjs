/**
 * ESLint rule: an outcome is told only after it has happened. Telling is `output.result(…)` in a command, also of a `result`
 * taken from `output`, `reportProgress(output, …)` and the like, `host.say("…")` and `output.note("…")` of a whole sentence,
 * and `toast(…)` in the browser, but for dangers. It is refused
 * - before something that is still awaited on the same way through the function, or after the call that awaits a callback it is
 *   in: that may fail after it was called done;
 * - for a toast of success, where nothing was awaited before it: then nobody can know.
 * What is going on ("Sending …"), and what is asked, is no outcome.
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
        const tones = tonesOf(node, context.sourceCode);
        if (tones.length === 0 || tones.every((tone) => tone === "danger")) return;
        if (awaitsAfter(node)) context.report({ node, messageId: "early" });
        else if (tones.includes("success") && !isAnswer(node)) context.report({ node, messageId: "unknown" });
      },
    };
  },
};

/** How a call may tell an outcome: `plain`, `success`, `danger`; none for another call. */
function tonesOf(node, sourceCode) {
  const [told] = node.arguments;
  const method = methodOf(node.callee, sourceCode);
  if (method !== null) {
    const isOutput = isNamedOutput(method.of);
    if (isOutput && method.name === "result") return ["plain"];
    const isSaid = (isOutput && method.name === "note") || (lastName(method.of) === "host" && method.name === "say");
    return isSaid && isSentence(told) ? ["plain"] : [];
  }
  if (isReport(node)) return ["plain"];
  if (node.callee.name !== "toast") return [];
  const tone = told?.properties?.find(({ key }) => key?.name === "tone")?.value;
  return tone === undefined ? ["plain"] : valuesOf(tone, sourceCode);
}

/** `output.result` is `result` of `output`; so is a constant that was taken from it. */
function methodOf(callee, sourceCode) {
  if (callee.type === "MemberExpression") return { of: callee.object, name: callee.property.name };
  if (callee.type !== "Identifier") return null;
  const made = declaratorOf(callee, sourceCode);
  if (!made?.init) return null;
  if (made.id.type === "Identifier")
    return made.init.type === "MemberExpression" ? methodOf(made.init, sourceCode) : null;
  const taken = made.id.properties?.find(({ value }) => (value?.left ?? value)?.name === callee.name);
  return taken ? { of: made.init, name: taken.key.name } : null;
}

const lastName = (node) => (node.type === "MemberExpression" ? node.property : node).name;
const isNamedOutput = (node) => /^out(put)?$/u.test(lastName(node));

/** `reportProgress(output, …)`. One whose answer is asked (`if (reportIfSame(…)) return`) tells only where nothing follows. */
function isReport({ callee, arguments: [first], parent }) {
  return /^report[A-Z]/u.test(callee.name) && first && isNamedOutput(first) && parent.type === "ExpressionStatement";
}

/** A text that stands there, is whole, and asks nothing. */
function isSentence(told) {
  const last =
    told?.type === "Literal" ? told.value : told?.type === "TemplateLiteral" ? told.quasis.at(-1).value.cooked : null;
  return typeof last === "string" && /[.!]\s*$/u.test(last);
}

/** What a tone can be: said there, by a condition, or by a constant of the same file. */
function valuesOf(tone, sourceCode) {
  if (tone.type === "Literal") return [String(tone.value)];
  if (tone.type === "ConditionalExpression") {
    // A tone that depends on a result says what the result says.
    const either = [...valuesOf(tone.consequent, sourceCode), ...valuesOf(tone.alternate, sourceCode)];
    return asksResult(tone.test) ? either.map((each) => (each === "success" ? "plain" : each)) : either;
  }
  if (tone.type !== "Identifier") return ["plain"];
  const init = constantOf(tone, sourceCode);
  return init === null ? ["plain"] : valuesOf(init, sourceCode);
}

function constantOf(identifier, sourceCode) {
  return declaratorOf(identifier, sourceCode)?.init ?? null;
}

function declaratorOf(identifier, sourceCode) {
  for (let scope = sourceCode.getScope(identifier); scope; scope = scope.upper) {
    const found = scope.variables.find(({ name }) => name === identifier.name);
    if (!found) continue;
    const [definition] = found.defs;
    return definition?.node.type === "VariableDeclarator" ? definition.node : null;
  }
  return null;
}

const isFunction = ({ type }) => /^(ArrowFunctionExpression|FunctionExpression|FunctionDeclaration)$/u.test(type);
const ends = ({ type }) => type === "ReturnStatement" || type === "ThrowStatement";

/** Whether, on a way from this call to the function's end, something is awaited. Clearing up (`finally`) is no part of it. */
function awaitsAfter(call) {
  let node = call;
  while (node.parent && !isFunction(node)) {
    const { parent } = node;
    const after = isBody(parent) ? parent.body.slice(parent.body.indexOf(node) + 1) : [];
    const end = after.findIndex(ends);
    if (after.slice(0, end < 0 ? after.length : end + 1).some((statement) => hasAwait(statement))) return true;
    // What ends the function leads past all the rest of it.
    node = end >= 0 || ends(node) ? functionOf(parent) : parent;
  }
  return isAwaitedCallback(node) && awaitsAfter(node.parent.parent);
}

const isBody = ({ type }) => type === "BlockStatement" || type === "Program";

function functionOf(node) {
  let found = node;
  while (found.parent && !isFunction(found)) found = found.parent;
  return found;
}

/** A callback goes on where the call that awaits it does. */
function isAwaitedCallback({ parent }) {
  return parent?.type === "CallExpression" && parent.parent?.type === "AwaitExpression";
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
