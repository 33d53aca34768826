import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { StewardDecisionDocument } from "../documents/stewardDocument.js";
import { AuditFile } from "./auditFile.js";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "conclave-audit-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const decision = (seq: number): StewardDecisionDocument => ({
  ...{ room: "00", title: "Garden", seq, time: 0, action: "leave", person: null, approvedBy: [], invite: null },
  text: "x".repeat(400),
});
const isRoot = process.getuid?.() === 0 && process.platform === "linux";

describe("the audit file", () => {
  it("is a file: what may have no end is not read", () => {
    execFileSync("mkfifo", [join(folder, "pipe")]);
    for (const path of ["/dev/zero", join(folder, "pipe")])
      expect(() => AuditFile.open(path)).toThrow(`The audit file ${path} is not a file.`);
  });

  it.skipIf(!isRoot)("has whole lines only when its disk is full, and goes on when there is room again", () => {
    const disk = join(folder, "disk");
    mkdirSync(disk);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=8k", "tmpfs", disk]);
    try {
      const [path, ballast] = [join(disk, "audit.jsonl"), join(disk, "ballast")];
      writeFileSync(ballast, new Uint8Array(4096));
      const audit = AuditFile.open(path);
      const written = () =>
        readFileSync(path, "utf8")
          .trimEnd()
          .split("\n")
          .map((line) => (JSON.parse(line) as StewardDecisionDocument).seq);
      let seq = 0;
      const fill = () => {
        for (; ; seq++) audit.add(decision(seq));
      };
      expect(fill).toThrow("the disk is full");
      expect(written()).toEqual([...Array(seq).keys()]);
      rmSync(ballast);
      audit.add(decision(seq));
      expect(written()).toEqual([...Array(seq + 1).keys()]);
      audit.close();
    } finally {
      execFileSync("umount", [disk]);
    }
  });
});
