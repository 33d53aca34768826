// Lets this process import the workspace's TypeScript as it is in the folder that it stands in: Stryker's changed copy. A package
// of the workspace is taken from that copy, "vitest" is our stand-in, and types are stripped by Node.
import { existsSync, readFileSync } from "node:fs";
import { registerHooks, stripTypeScriptTypes } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const STAND_IN = new URL("vitestStandIn.mjs", import.meta.url).href;
const OWN = /^@conclave\/([a-z]+)(\/.+)?$/u;

export function takeSourcesFrom(folder) {
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier === "vitest") return { url: STAND_IN, shortCircuit: true };
      // Sources import each other by the names that they have when they are built.
      if (specifier.startsWith(".") && context.parentURL?.endsWith(".ts")) {
        const url = new URL(specifier.replace(/\.js$/u, ".ts"), context.parentURL);
        return existsSync(url) ? { url: url.href, shortCircuit: true } : next(specifier, context);
      }
      const [, name, entry] = OWN.exec(specifier) ?? [];
      if (name === undefined) return next(specifier, context);
      const home = join(folder, "packages", name);
      const { exports } = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
      const source = exports[`.${entry ?? ""}`]?.["@conclave/source"];
      return source === undefined
        ? next(specifier, context)
        : { url: pathToFileURL(join(home, source)).href, shortCircuit: true };
    },
    load(url, context, next) {
      if (!url.endsWith(".ts")) return next(url, context);
      const source = stripTypeScriptTypes(readFileSync(fileURLToPath(url), "utf8"), { mode: "transform" });
      return { format: "module", source, shortCircuit: true };
    },
  });
}
