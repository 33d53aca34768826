import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runHere } from "./inProcess.js";
import { run, startRelay } from "./processes.js";
import { HAS_TERMINAL, Terminal } from "./terminal.js";

let folder = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "conclave-sealed-"));
  const { relay, address } = await startRelay(join(folder, "data"));
  await runHere(["room", "new", "Garden", "--name", "Alice", "--relay", address, "--home", join(folder, "alice")]);
  await relay.stop();
}, 60_000);
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const conclave = async (args: string[], env: NodeJS.ProcessEnv = {}) => {
  const { stdout, code } = await run([...args, "--json"], { env });
  return { code, ...JSON.parse(stdout) };
};

describe("conclave backup --seal", () => {
  it("RULE cli.passphrase-not-argv: takes its passphrase from a file or the environment, and restore takes the same", async () => {
    const [file, data, secret] = [join(folder, "sealed"), join(folder, "data"), join(folder, "passphrase")];
    const backup = ["backup", file, "--seal", "--data", data];
    writeFileSync(secret, "four words are better\n");
    expect(await conclave(backup)).toMatchObject({ code: 2, error: { code: "NO_PASSPHRASE" } });
    expect(await conclave([...backup, "four words are better"])).toMatchObject({ code: 2 });
    expect(await conclave(backup, { CONCLAVE_BACKUP_PASSPHRASE: "short" })).toMatchObject({ code: 2 });
    const both = { CONCLAVE_BACKUP_PASSPHRASE: "x".repeat(20), CONCLAVE_BACKUP_PASSPHRASE_FILE: secret };
    expect(await conclave(backup, both)).toMatchObject({ code: 2 });
    const env = { CONCLAVE_BACKUP_PASSPHRASE_FILE: secret };
    expect(await conclave(backup, env)).toMatchObject({ code: 0, kind: "backup", rooms: 1, sealed: true });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file).includes("SQLite format")).toBe(false);
    const restore = ["restore", file, "--data", join(folder, "restored")];
    expect(await conclave(restore)).toMatchObject({ code: 2, error: { code: "NO_PASSPHRASE" } });
    const wrong = await conclave(restore, { CONCLAVE_BACKUP_PASSPHRASE: "four words are worse" });
    expect(wrong).toMatchObject({ code: 1, error: { code: "WRONG_PASSPHRASE" } });
    expect(JSON.stringify(wrong)).not.toContain("worse");
    const restored = await conclave(restore, { CONCLAVE_BACKUP_PASSPHRASE: "four words are better" });
    expect(restored).toMatchObject({ code: 0, kind: "restore", rooms: 1, sealed: true });
    const open = await run(["backup", join(folder, "open"), "--data", data]);
    expect(open.stdout).toContain("the relay's key in the open");
    expect((await conclave(["restore", join(folder, "open"), "--data", join(folder, "r2")])).sealed).toBe(false);
  }, 60_000);

  it.skipIf(!HAS_TERMINAL)(
    "asks for its passphrase at a terminal, twice for a new one, and never shows it (skipped without script of util-linux)",
    async () => {
      const [file, data, words] = [join(folder, "asked"), join(folder, "data"), "four words are better"];
      const asked = async (command: string, answers: readonly [question: RegExp, typed: string][]) => {
        const terminal = new Terminal(`$CONCLAVE ${command}`);
        for (const [question, typed] of answers) {
          await terminal.shows(question);
          terminal.type(`${typed}\r`);
        }
        const code = await terminal.end();
        for (const [, typed] of answers) expect(terminal.text).not.toContain(typed);
        return { code, text: terminal.text };
      };
      const [first, again] = [/A passphrase for this backup/u, /The same once more/u];
      const backup = `backup ${file} --seal --data ${data}`;
      const differs = await asked(backup, [
        [first, words],
        [again, "five words are better"],
      ]);
      expect(differs).toMatchObject({ code: 2, text: expect.stringContaining("two different passphrases") });
      expect(existsSync(file)).toBe(false);
      expect(
        await asked(backup, [
          [first, words],
          [again, words],
        ]),
      ).toMatchObject({ code: 0 });
      const restore = `restore ${file} --data ${join(folder, "r3")}`;
      expect(await asked(restore, [[/The passphrase of this backup/u, "four words are worse"]])).toMatchObject({
        code: 1,
      });
      expect(await asked(restore, [[/The passphrase of this backup/u, words]])).toMatchObject({ code: 0 });
      const left = new Terminal(`$CONCLAVE ${backup}`);
      await left.shows(first);
      left.type("\u0003");
      expect(await left.end()).toBe(130);
    },
    120_000,
  );
});
