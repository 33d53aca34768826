/**
 * ESLint rule: bytes are never compared by `a.join() === b.join()`. For secrets, the time it takes tells where they differ; for
 * everything else it makes two long texts.
 */
export const compareBytes = {
  meta: {
    type: "problem",
    schema: [],
    messages: { joined: "Compare bytes with equalBytes of codec, and secrets with constantTimeEqual of crypto." },
  },
  create: (context) => ({
    BinaryExpression(node) {
      if (/^[!=]==?$/u.test(node.operator) && [node.left, node.right].some(isJoined))
        context.report({ node, messageId: "joined" });
    },
  }),
};

function isJoined(node) {
  return node.type === "CallExpression" && node.callee.property?.name === "join" && node.arguments.length === 0;
}
