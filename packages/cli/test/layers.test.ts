import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { ESLint, Linter, type Rule } from "eslint";
import tseslint from "typescript-eslint";
import { afterAll, describe, expect, it } from "vitest";
import { arrows } from "../../../scripts/lint/arrows.mjs";
import { compareBytes } from "../../../scripts/lint/compareBytes.mjs";
import { layers, LAYERS } from "../../../scripts/lint/layers.mjs";
import { noCircle } from "../../../scripts/lint/noCircle.mjs";

/** What a rule says of a file with this text. */
function said(
  rule: Rule.RuleModule,
  filename: string,
  text: string,
  cwd = "/",
  options: object[] = [],
): (string | undefined)[] {
  const config = {
    files: ["**/*.ts"],
    languageOptions: { parser: tseslint.parser },
    plugins: { conclave: { rules: { rule } } },
    rules: { "conclave/rule": ["error", ...options] },
  } as Linter.Config;
  return new Linter({ cwd }).verify(text, [config], { filename }).map(({ messageId, message }) => messageId ?? message);
}

describe("the lint rule that arrows between folders point down", () => {
  const from = (file: string, text: string) => said(layers, `/house/packages/web/src/${file}`, text);

  it("refuses what imports from a folder above its own, also a type, an export and what is fetched later", () => {
    for (const text of [
      `import { App } from "../shell/App.js";`,
      `import type { App } from "../shell/App.js";`,
      `export * from "../shell/App.js";`,
      `export { App } from "../shell/App.js";`,
      `export const load = () => import("../shell/App.js");`,
      `export type App = import("../shell/App.js").App;`,
      `import "../main.js";`,
    ])
      expect(from("model/home.ts", text), text).toEqual(["upward"]);
    expect(from("screens/room/may.ts", `import { t } from "../chat/words.js";`)).toEqual(["upward"]);
  });

  it("lets through what points down, stays in its folder, or is another package", () => {
    const text = `import { a } from "../app/route.js"; import { b } from "./now.js"; import { c } from "@conclave/client";`;
    expect(from("model/home.ts", text)).toEqual([]);
    expect(from("screens/chat/files/Card.ts", `import { t } from "../../room/words.js";`)).toEqual([]);
    expect(from("main.ts", `import { App } from "./shell/App.js";`)).toEqual([]);
  });

  it("knows every folder that there is", () => {
    expect(from("attic/old.ts", `import { a } from "../app/route.js";`)).toEqual(["unknown"]);
    expect(Object.keys(LAYERS)).toEqual(["client", "protocol", "web"]);
  });
});

describe("the lint rules of the house", () => {
  it("refuse another package in whatever form it is imported", () => {
    const options = [{ regex: "^@conclave/(relay)(/|$)", message: "No." }];
    for (const text of [
      `import { a } from "@conclave/relay";`,
      `import type { A } from "@conclave/relay/testing";`,
      `export * from "@conclave/relay";`,
      `export { a } from "@conclave/relay";`,
      `const it = await import("@conclave/relay");`,
      "const it = await import(`@conclave/relay`);",
      `type A = import("@conclave/relay").A;`,
      `const it = require("@conclave/relay");`,
    ])
      expect(said(arrows, "/house/packages/cli/src/a.ts", text, "/", options), text).toEqual(["forbidden"]);
    expect(said(arrows, "/house/packages/cli/src/a.ts", `import "@conclave/relays";`, "/", options)).toEqual([]);
  });

  const root = fileURLToPath(new URL("../../..", import.meta.url));
  const rulesOf = async (file: string) => {
    const { rules } = (await new ESLint({ cwd: root }).calculateConfigForFile(path.join(root, file))) as Linter.Config;
    return JSON.stringify([rules?.["no-restricted-syntax"], rules?.["conclave/arrows"]]);
  };

  it("are all on where they belong: a later block replaces no earlier one", async () => {
    for (const file of ["room/find.ts", "chat/ChatScreen.tsx"]) {
      const rules = await rulesOf(`packages/cli/src/${file}`);
      for (const part of ["Literal[value=", "TemplateElement[value", "use(Layout)?Effect", "|cli|", "/testing$"])
        expect(rules, `${file}: ${part}`).toContain(part);
    }
    expect(await rulesOf("packages/web/src/main.tsx")).toContain("use(Layout)?Effect");
    expect(await rulesOf("packages/client/src/room/live.ts")).toContain("|client|");
    expect(await rulesOf("packages/protocol/src/room/room.ts")).toContain("callee.name='Date'");
  }, 60_000);
});

describe("the lint rule against circles", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "conclave-circles-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  it("finds one that goes through other files and through types, and names the way", () => {
    mkdirSync(path.join(folder, "in"));
    const files = {
      "a.ts": `import { b } from "./in/b.js";`,
      "in/b.ts": `import type { C } from "../c.js";`,
      "c.ts": `export type C = import("./a.js").A;`,
      "d.ts": `import { b } from "./in/b.js"; import "eslint";`,
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
    const circles = Object.entries(files).map(([name, text]) => said(noCircle, path.join(folder, name), text, folder));
    expect(circles).toEqual([["circle"], ["circle"], ["circle"], []]);
  });
});

it("the lint rule on comparing bytes refuses texts that were made of both, and lets one be compared with a text", () => {
  const from = (text: string) => said(compareBytes, "/house/packages/client/src/home.ts", text);
  expect(from("const isOther = a.seed.join() !== b.seed.join();")).toEqual(["joined"]);
  expect(from(`const isOther = a.seed.join(",") !== b.seed.join(",");`)).toEqual(["joined"]);
  for (const same of ["String(a) === String(b)", "toHex(secret) === toHex(other)", "a.toString() !== b.toString()"])
    expect(from(`const is = ${same};`), same).toEqual(["joined"]);
  for (const same of ["toHex(id) === typed", "String(row.n) === n", `typed === toBase64url(id)`])
    expect(from(`const is = ${same};`), same).toEqual([]);
  expect(from(`const isOther = names.join(", ") !== "Alice, Bob";`)).toEqual([]);
});
