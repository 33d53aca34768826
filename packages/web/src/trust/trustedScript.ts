// The one Trusted Types policy of the pages. Only addresses of scripts can be made with it: there is no way from text to HTML
// or to script at all, and `innerHTML`, `eval` and the like throw.
interface PolicyFactory {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string };
}

const base = new URL("./", location.href);

// RULE: web.trusted-types: a worker can only be one of the files that the build made (attack A87).
function ownScript(address: string): string {
  const url = new URL(address, base);
  const path = url.pathname.slice(base.pathname.length);
  const isOwn = url.origin === base.origin && url.pathname.startsWith(base.pathname) && url.search === "";
  if (isOwn && /^(?:serviceWorker\.js|assets\/[\w.-]+\.js)$/u.test(path)) return url.href;
  // The development server serves sources.
  if (import.meta.env.DEV && url.origin === base.origin) return url.href;
  throw new TypeError("not a script of this build");
}

const factory = (globalThis as { trustedTypes?: PolicyFactory }).trustedTypes;
const policy = factory?.createPolicy("conclave", { createScriptURL: ownScript });

/**
 * The address of one of the build's own scripts, as `new Worker` and `serviceWorker.register` take it. With vite:
 * `import address from "./engine.ts?worker&url"`, then `new Worker(trustedScript(address), { type: "module" })`.
 * @throws TypeError for any other address.
 */
export function trustedScript(address: string): string {
  return policy ? policy.createScriptURL(address) : ownScript(address);
}
