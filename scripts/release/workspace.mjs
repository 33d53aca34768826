// What is published, under which names, and where it lies. The names are those of the field "release" in package.json, and of
// no other place: the sources always say @conclave/…, and what is packed is renamed (docs/decisions/0037).
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The scope that the sources use. */
const SOURCE_SCOPE = "@conclave/";

/** The folder of this clone, with a slash at its end. */
export const root = fileURLToPath(new URL("../../", import.meta.url));

/** Reads a JSON file of the clone at `folder`. */
export function readJson(path, folder = root) {
  return JSON.parse(readFileSync(`${folder}${path}`, "utf8"));
}

/** The version, and the names to publish under: `name` of the program, `scope` of the packages. `others` come before them. */
export function releaseOf(others = {}) {
  const { version, release } = readJson("package.json");
  const { name, scope } = { ...release, ...others };
  if (!/^[a-z0-9][a-z0-9._-]*$/u.test(name)) throw new Error(`"${name}" is no name for a package of npm`);
  if (!/^@[a-z0-9][a-z0-9._-]*$/u.test(scope)) throw new Error(`"${scope}" is no scope of npm: it begins with @`);
  return { version, name, scope };
}

/** An object without these fields. */
export function without(object, ...fields) {
  return Object.fromEntries(Object.entries(object).filter(([field]) => !fields.includes(field)));
}

/** The folders in packages/ of what is published. */
export function publishedPackages() {
  return readdirSync(`${root}packages`)
    .filter((name) => readJson(`packages/${name}/package.json`).private !== true)
    .sort();
}

/** The package that a specifier of the sources names ("codec"), and what of it ("./testing"); null for another's. */
export function ownPackage(specifier) {
  if (!specifier.startsWith(SOURCE_SCOPE)) return null;
  const [name, ...rest] = specifier.slice(SOURCE_SCOPE.length).split("/");
  return { name, entry: [".", ...rest].join("/") };
}

/** A text of the sources with the scope that it is published under. */
export function renamed(text, { scope }) {
  return text.replaceAll(SOURCE_SCOPE, `${scope}/`);
}
