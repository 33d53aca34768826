/**
 * ESLint rule: bytes are never compared as texts that were made of both: `a.join() === b.join()`, `String(a) === String(b)`,
 * `toHex(a) === toHex(b)`. For secrets, the time it takes tells where they differ; for everything else it makes two long texts.
 * One text alone may be compared with what is a text already: `toHex(id) === typed`.
 */
export const compareBytes = {
  meta: {
    type: "problem",
    schema: [],
    messages: { joined: "Compare bytes with equalBytes of codec, and secrets with constantTimeEqual of crypto." },
  },
  create: (context) => ({
    BinaryExpression(node) {
      if (!/^[!=]==?$/u.test(node.operator)) return;
      const sides = [node.left, node.right];
      const isOfBoth = sides.every((side) => isJoined(side, ",")) || sides.every(isText);
      if (isOfBoth || sides.some((side) => isJoined(side))) context.report({ node, messageId: "joined" });
    },
  }),
};

/** `a.join()`, or `a.join(",")` of this separator. Names that are joined otherwise are no bytes. */
function isJoined(node, separator) {
  return (
    node.type === "CallExpression" &&
    node.callee.property?.name === "join" &&
    (node.arguments[0] === undefined || node.arguments[0].value === separator)
  );
}

/** `toHex(a)`, `String(a)`, `a.toString()`, … */
function isText(node) {
  if (node.type !== "CallExpression") return false;
  const { name } = node.callee.property ?? node.callee;
  return /^(String|toString|toHex|toBase64url)$/u.test(name);
}
