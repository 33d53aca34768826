import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

it("npm run demo: every claim holds", async () => {
  const child = spawn(process.execPath, [fileURLToPath(new URL("../dist/demo/main.js", import.meta.url))]);
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (piece: string) => (text += piece));
  child.stderr.setEncoding("utf8").on("data", (piece: string) => (text += piece));
  const [code] = await once(child, "close");
  expect(text).toMatch(/All 1\d claims are true\./u);
  expect(text).not.toContain("✘");
  expect(code).toBe(0);
}, 180_000);
