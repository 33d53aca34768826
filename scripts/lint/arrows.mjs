/** Allowed imports between packages (docs/decisions/0001). Anything else is a lint error. */
export const ARROWS = {
  words: [],
  codec: [],
  crypto: [],
  sqlite: [],
  mls: ["codec", "crypto"],
  wire: ["codec"],
  protocol: ["codec", "crypto", "mls", "wire"],
  relay: ["codec", "crypto", "wire", "sqlite"],
  client: ["codec", "crypto", "protocol", "wire", "sqlite"],
  web: ["words", "client", "codec"],
  cli: ["words", "client", "relay", "protocol", "crypto", "codec"],
  simulator: ["codec", "crypto", "mls", "protocol", "wire", "relay", "client"],
  bench: ["codec", "crypto", "sqlite", "mls", "protocol", "wire", "relay", "client"],
  lab: ["bench", "crypto", "mls"],
};

/**
 * ESLint rule: what a file may not import, `[{regex, message}]`, in whatever form: `import`, `export … from`, `import("…")`, the
 * type `import("…").Name`, and `require`.
 */
export const arrows = {
  meta: {
    type: "problem",
    schema: { type: "array", items: { type: "object" } },
    messages: { forbidden: "`{{from}}` may not be imported here. {{message}}" },
  },
  create(context) {
    const refused = context.options.map(({ regex, message }) => ({ regex: new RegExp(regex, "u"), message }));
    const check = (source) => {
      const from = source?.type === "TemplateLiteral" ? source.quasis[0].value.cooked : source?.value;
      if (typeof from !== "string") return;
      const found = refused.find(({ regex }) => regex.test(from));
      if (found) context.report({ node: source, messageId: "forbidden", data: { from, message: found.message } });
    };
    return {
      ...onImports(check),
      CallExpression: ({ callee, arguments: [source] }) => {
        if (callee.name === "require") check(source);
      },
    };
  },
};

/** Calls back with where each import and re-export of a file leads, those of types and of `import()` too. */
export function onImports(check) {
  return {
    ImportDeclaration: ({ source }) => check(source),
    ImportExpression: ({ source }) => check(source),
    ExportAllDeclaration: ({ source }) => check(source),
    ExportNamedDeclaration: ({ source }) => check(source),
    TSImportType: ({ source }) => check(source),
  };
}
