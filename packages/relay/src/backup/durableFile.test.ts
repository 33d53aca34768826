import {
  chownSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeDurably } from "./durableFile.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "conclave-durable-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe.skipIf(process.getuid?.() !== 0)("RULE relay.folder-owner: what root writes into a relay's folder", () => {
  it("belongs to the folder's owner, and only they can read it", () => {
    chownSync(folder, 1234, 4321);
    writeDurably(join(folder, "blocked"), "192.0.2.7\n");
    const { uid, gid, mode } = statSync(join(folder, "blocked"));
    expect([uid, gid, mode & 0o777]).toEqual([1234, 4321, 0o600]);
  });

  it("is a new file, also where a link is planted", () => {
    const elsewhere = join(folder, "elsewhere");
    writeFileSync(elsewhere, "root's");
    const before = statSync(elsewhere).uid;
    chownSync(folder, 1234, 1234);
    symlinkSync(elsewhere, join(folder, "blocked.new"));
    writeDurably(join(folder, "blocked"), "192.0.2.7\n");
    expect(readFileSync(elsewhere, "utf8")).toBe("root's");
    expect(statSync(elsewhere).uid).toBe(before);
    expect(existsSync(join(folder, "blocked.new"))).toBe(false);
    expect(statSync(join(folder, "blocked")).uid).toBe(1234);
  });
});
