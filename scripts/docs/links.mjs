import { existsSync } from "node:fs";
import path from "node:path";
import { projectFiles, read, root } from "./files.mjs";

/** Relative links in Markdown must lead to a file, and `#anchors` within a file to one of its headings. Every decision is listed. */
export function linkFaults() {
  const faults = [];
  const pages = projectFiles(/\.md$/);
  let count = 0;
  for (const page of pages) {
    const text = read(page);
    for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      count++;
      const [file, anchor] = target.split("#");
      const where = file === "" ? root + page : path.join(root, path.dirname(page), file);
      if (!existsSync(where)) faults.push(`${page}: no file ${target}`);
      else if (anchor && where.endsWith(".md") && !anchors(read(path.relative(root, where))).has(anchor)) {
        faults.push(`${page}: no heading ${target}`);
      }
    }
  }
  const index = read("docs/decisions/README.md");
  for (const page of projectFiles(/^docs\/decisions\/\d.*\.md$/u))
    if (!index.includes(`(${path.basename(page)})`)) faults.push(`docs/decisions/README.md does not list ${page}`);
  return { faults, summary: `${count} relative links in ${pages.length} pages` };
}

function anchors(text) {
  const headings = [...text.matchAll(/^#+ (.*)$/gm)];
  return new Set(
    headings.map(([, title]) =>
      title
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}
