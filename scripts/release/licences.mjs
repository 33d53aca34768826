// The licences of what is built into the pages: whoever passes a library on, in whatever form, passes its licence on.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { lockOf } from "./lock.mjs";
import { readJson, root } from "./workspace.mjs";

/** One text with the licence of each library that these packages of the workspace, by folder, need of the registry. */
export function licencesOf(parts) {
  const { lock, origin } = lockOf({ name: "pages", version: "0.0.0", license: "none" }, parts);
  const texts = Object.keys(lock.packages)
    .filter((place) => place.includes("node_modules/") && !lock.packages[place].inBundle)
    // What only some machines need is native code: no page has it.
    .filter((place) => lock.packages[place].optional !== true)
    .map((place) => licenceOf(join(root, origin.get(place))));
  const head =
    "# Licences of the libraries in these pages\n\nSome are not in the pages themselves, but named by what is.\n";
  return `${head}\n${texts.join("\n")}`;
}

function licenceOf(folder) {
  const { name, version, license, author } = readJson("package.json", `${folder}/`);
  const by = typeof author === "string" ? author : author?.name;
  const head = `## ${name} ${version}: ${license}${by === undefined ? "" : `, ${by}`}\n`;
  const files = existsSync(folder) ? readdirSync(folder).sort() : [];
  const texts = files
    .filter((file) => /^(?:licen[cs]e|copying|notice)/iu.test(file))
    .map((file) => readFileSync(join(folder, file), "utf8").replaceAll("\r\n", "\n").trim());
  return [head, ...texts.map((text) => `\`\`\`\n${text}\n\`\`\`\n`)].join("\n");
}
