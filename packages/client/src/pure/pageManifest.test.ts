import { describe, expect, it } from "vitest";
import { MAX_MANIFEST_BYTES, parseManifest } from "./pageManifest.js";

const file = (path: string, changes: object = {}) => ({ path, size: 3, sha256: "0a".repeat(32), ...changes });
const whole = { name: "conclave-web", version: "1.2.0+x", files: [file("assets/a.js"), file("index.html")] };
const bytes = (value: unknown) => new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));

describe("the manifest of the pages", () => {
  it("is read as it stands", () => {
    expect(parseManifest(bytes(whole))).toEqual({ version: whole.version, files: whole.files });
    expect(parseManifest(bytes({ ...whole, files: [] }))).toEqual({ version: whole.version, files: [] });
  });

  it("RULE web.one-manifest: anything else is none, for browsers and for `conclave verify-web` alike", () => {
    const files = (...all: unknown[]) => ({ ...whole, files: all });
    const many = Array.from({ length: 1001 }, (_, n) => file(`f${String(n).padStart(4, "0")}`));
    for (const wrong of [
      "",
      "null",
      "[]",
      `\uFEFF${JSON.stringify(whole)}`,
      JSON.stringify(whole).padEnd(MAX_MANIFEST_BYTES + 1),
      { ...whole, name: "other" },
      { ...whole, version: "" },
      { ...whole, version: "1 0" },
      { ...whole, version: "1".repeat(65) },
      { ...whole, files: {} },
      { ...whole, files: many },
      files(file("index.html"), file("assets/a.js")),
      files(file("a.js"), file("a.js")),
      files(null),
      ...["", "/a", "a/", "../a", "a/../b", ".a", "a b", "a\\b", "a".repeat(201)].map((path) => files(file(path))),
      ...[-1, 1.5, "3", 8 * 1024 * 1024 + 1, null].map((size) => files(file("a", { size }))),
      ...["", "0a", "0A".repeat(32), "0a".repeat(33), 7].map((sha256) => files(file("a", { sha256 }))),
    ])
      expect(parseManifest(bytes(wrong)), JSON.stringify(wrong).slice(0, 80)).toBeNull();
  });
});
