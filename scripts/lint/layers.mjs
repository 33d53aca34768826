import path from "node:path";
import { onImports } from "./arrows.mjs";

/**
 * The folders of a package's `src`, from the ground up. A file may import from its own folder and from those above its folder
 * in this list; the files that lie in `src` itself (index.ts, main.tsx) stand on top of all.
 */
export const LAYERS = {
  client: [
    "link",
    "ports",
    "api",
    "pictures",
    "memory",
    "relay",
    "store",
    "timeline",
    "text",
    "work",
    "joining",
    "attachment",
    "room",
    "home",
    "rpc",
    "pure",
    "browser",
    "node",
    "conformance",
  ],
  protocol: [
    "encoding",
    "transport",
    "identity",
    "policy",
    "evidence",
    "attachment",
    "invite",
    "roster",
    "message",
    "room",
    "vectors",
  ],
  web: [
    "app",
    "words",
    "design",
    "trust",
    "worker",
    "model",
    "frame",
    "screens/welcome",
    "screens/recovery",
    "screens/room",
    "screens/proposals",
    "screens/people",
    "screens/verify",
    "screens/approvals",
    "screens/invites",
    "screens/alarms",
    "screens/rooms",
    "screens/chat",
    "screens/decisions",
    "screens/search",
    "screens/startRoom",
    "screens/join",
    "screens/locked",
    "screens/roomSettings",
    "screens/settings",
    "shell",
    "serviceWorker",
  ],
};

/** ESLint rule: inside a package arrows point down ({@link LAYERS}), those of types and of `import()` too. */
export const layers = {
  meta: {
    type: "problem",
    schema: [],
    messages: {
      upward: "`{{from}}` may not import from `{{to}}`, which stands above it (scripts/lint/layers.mjs).",
      unknown: "The folder `{{from}}` has no place in the layers of its package (scripts/lint/layers.mjs).",
    },
  },
  create(context) {
    const [, packageName, inside] = /packages\/(\w+)\/src\/(.+)$/u.exec(context.filename.replaceAll("\\", "/")) ?? [];
    const order = LAYERS[packageName];
    if (order === undefined) return {};
    const from = layerOf(order, inside);
    const check = (source) => {
      if (source?.type !== "Literal" || !String(source.value).startsWith(".")) return;
      const to = layerOf(order, path.posix.join(path.posix.dirname(inside), source.value));
      const names = { from: nameOf(order, from, inside), to: nameOf(order, to, source.value) };
      if (from === null) context.report({ node: source, messageId: "unknown", data: names });
      else if (to === null || to > from) context.report({ node: source, messageId: "upward", data: names });
    };
    return onImports(check);
  },
};

/** How high a file of `src` stands; null when its folder has no place. */
function layerOf(order, inside) {
  if (!inside.includes("/")) return order.length;
  const at = order.findIndex((folder) => inside.startsWith(`${folder}/`));
  return at < 0 ? null : at;
}

function nameOf(order, at, inside) {
  return at === null ? path.posix.dirname(inside) : (order[at] ?? "src");
}
