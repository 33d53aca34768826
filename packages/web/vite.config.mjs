import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { emojiData } from "./vite.emoji.mjs";
import { sodiumFile } from "./vite.sodium.mjs";

const react = fileURLToPath(new URL("src/app/react.ts", import.meta.url));

// The sections of sentences that the first screens have.
const FIRST =
  /^(?:alarm|app$|chat(?!Files)|clock$|decision$|design|join|linkFault|malformed|notices|preset|problem|proposal$|proposalLine|recovery|refusal|relayError|ring$|room$|roomOffline|rooms$|startRoom|unreadable|welcome|when$|whyNotWriting)/u;

// Everything is bundled from the workspace's sources into static files that any web server can serve (docs/decisions/0005).
// `scripts/pages.mjs` runs this build, then the service worker's, and writes the manifest of both.
export const resolve = {
  conditions: ["@conclave/source", "browser", "module"],
  alias: { "react/jsx-runtime": react, "react-dom": react, react },
};

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "./",
  resolve,
  plugins: [emojiData],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  css: { modules: { generateScopedName: className } },
  // Only the worker computes.
  worker: { format: "es", plugins: () => [sodiumFile()] },
  build: {
    outDir: "dist",
    target: "es2022",
    // No inline script, style or data URL: the Content-Security-Policy allows none.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    rolldownOptions: {
      checks: { moduleLevelDirective: false, bundlerTimings: false },
      output: {
        // The first screen, what a link leads to, and the conversation are one file each: that packs better than pieces do.
        codeSplitting: {
          groups: [
            { name: "start", tags: ["$initial"], priority: 3 },
            { name: otherLanguage },
            { name: "join", test: /screens\/join\/Join\.tsx/u, priority: 2 },
            { name: "chat", test: /screens\/(?:chat\/ChatScreen|rooms\/RoomsPane)\.tsx/u, priority: 1 },
          ],
        },
      },
    },
    reportCompressedSize: false,
  },
});

/**
 * Who speaks another language than English fetches two files of its sentences: those of the first screens, and all others
 * when one of them is wanted.
 */
function otherLanguage(module) {
  const [, language, section] = /\/words\/src\/generated\/([^/]+)\/(\w+)\.ts$/u.exec(module) ?? [];
  if (language === undefined || language === "en") return null;
  return FIRST.test(section) ? `words-${language}` : `more-${language}`;
}

/** Classes are called after their file, so that they can be read in the built pages: no two files may have one name. */
const files = new Map();
function className(name, path) {
  const file = basename(path.split("?")[0], ".module.css");
  const other = files.get(file) ?? path;
  if (other !== path) throw new Error(`${path} and ${other} have the same name: their classes would be mixed up`);
  files.set(file, path);
  return `${file}-${name}`;
}
