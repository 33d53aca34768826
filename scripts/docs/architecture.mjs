import ts from "typescript";
import { isTest, parsed, projectFiles, read } from "./files.mjs";

const PAGE = "docs/architecture.md";

/** What docs/architecture.md names is there: each path, and each `Class.member`. */
export function architectureFaults() {
  // Links are the concern of links.mjs.
  const text = read(PAGE).replace(/\[[^\]]*\]\([^)]*\)/gu, "");
  const files = projectFiles(/./u);
  const paths = new Set(text.match(/(?<![\w@#/.])[\w.-]+(?:\/[\w.-]*\w)+/gu));
  const faults = [...paths]
    .filter((named) => !files.some((file) => leadsTo(file, named)))
    .map((named) => `${PAGE}: there is no ${named}`);
  const members = new Set([...text.matchAll(/\b([A-Z]\w+)\.([a-z]\w*)\b/gu)].map(([whole]) => whole));
  const declared = membersByType(new Set([...members].map((each) => each.split(".")[0])));
  for (const named of members) {
    const [type, member] = named.split(".");
    if (!named.endsWith(".md") && !declared.get(type)?.has(member)) faults.push(`${PAGE}: there is no ${named}`);
  }
  return { faults, summary: `${paths.size} paths and ${members.size} members in ${PAGE}` };
}

/** A path is told from the root, from `packages`, or from any folder below. */
function leadsTo(file, named) {
  const whole = `/${file}`;
  return whole.includes(`/${named}/`) || ["", ".ts", ".tsx"].some((ending) => whole.endsWith(`/${named}${ending}`));
}

function membersByType(wanted) {
  const found = new Map();
  const pattern = new RegExp(`\\b(class|interface|type) (${[...wanted].join("|")})\\b`, "u");
  for (const file of projectFiles(/^packages\/[a-z]+\/src\/.*\.tsx?$/)) {
    if (isTest(file) || !pattern.test(read(file))) continue;
    for (const statement of parsed(file).statements) {
      const type = statement.name?.text;
      if (!wanted.has(type)) continue;
      const members = statement.members ?? statement.type?.members ?? [];
      const names = members.flatMap(({ name }) => (name && ts.isIdentifier(name) ? [name.text] : []));
      found.set(type, new Set([...(found.get(type) ?? []), ...names]));
    }
  }
  return found;
}
