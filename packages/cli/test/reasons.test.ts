import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { run, startRelay, type Running } from "./processes.js";

let folder = "";
let relay: Running;
let address = "";
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "conclave-reasons-"));
  ({ relay, address } = await startRelay(join(folder, "relay")));
});
afterEach(async () => {
  await relay.stop();
  rmSync(folder, { recursive: true });
});

const conclave = (who: string, ...args: string[]) => conclaveWith({}, who, ...args);

async function conclaveWith(env: Readonly<Record<string, string>>, who: string, ...args: string[]) {
  const { code, stdout, stderr } = await run([...args, "--json", "--home", join(folder, who)], {
    env: { CONCLAVE_RELAY: address, ...env },
  });
  if (stdout === "") throw new Error(`conclave ${args.join(" ")} printed nothing: ${stderr}`);
  return { code, stderr, ...JSON.parse(stdout) };
}

describe("each reason is told as itself", () => {
  it(
    "a relay put back from its own backup twice within an hour: an alarm, never an outage; and no command says that sending goes on when it does not",
    { timeout: 300_000 },
    async () => {
      await conclave("alice", "room", "new", "Garden", "--name", "Alice");
      const port = Number(new URL(address).port);
      await relay.stop();
      cpSync(join(folder, "relay"), join(folder, "backup"), { recursive: true });
      ({ relay } = await startRelay(join(folder, "relay"), port));
      expect((await conclave("alice", "send", "after the backup")).code).toBe(0);
      const putBack = async (): Promise<void> => {
        await relay.stop();
        rmSync(join(folder, "relay"), { recursive: true });
        cpSync(join(folder, "backup"), join(folder, "relay"), { recursive: true });
        ({ relay } = await startRelay(join(folder, "relay"), port));
      };
      // The first time it gets back from her what it lost.
      await putBack();
      expect((await conclave("alice", "history")).code).toBe(0);
      await expect
        .poll(async () => (await conclave("alice", "sync")).code, { timeout: 120_000, interval: 1000 })
        .toBe(0);
      expect((await conclave("alice", "send", "all is well")).code).toBe(0);

      await putBack();
      const sent = await conclave("alice", "send", "is this on?");
      expect(sent).toMatchObject({ code: 5, error: { code: "PAUSED", fate: "kept" } });
      expect(sent.error.message).toContain("stored");
      expect(await conclave("alice", "status")).toMatchObject({ code: 5, status: { pending: 1 } });
      // Who goes on in spite of it gives back what is missing, as the first time.
      const resumed = await conclave("alice", "resume");
      expect(JSON.stringify(resumed)).not.toContain("UNREACHABLE");
      await expect
        .poll(async () => (await conclave("alice", "sync")).code, { timeout: 120_000, interval: 1000 })
        .toBe(0);
      expect((await conclave("alice", "status")).status.pending).toBe(0);
    },
  );

  it(
    "who was removed is told that it was not sent, and nothing is kept as if it were on its way",
    { timeout: 120_000 },
    async () => {
      const { link } = await conclave("alice", "room", "new", "Garden", "--name", "Alice");
      expect((await conclave("bob", "join", link, "--name", "Bob")).code).toBe(0);
      expect((await conclave("alice", "remove", "Bob", "--yes")).code).toBe(0);
      const sent = await conclave("bob", "send", "anybody here?");
      expect(sent).toMatchObject({ code: 1, error: { code: "NOT_MEMBER", fate: "dropped" } });
      expect(sent.error.message).toBe("You were removed from this room by Alice. Your message was not sent.");
      expect((await conclave("bob", "status")).status.pending).toBe(0);
      // Nor is a list of nobody shown as if it were the room's, nor a command advised that would be refused.
      for (const command of ["members", "invites"]) {
        expect(await conclave("bob", command)).toMatchObject({ code: 1, error: { code: "NOT_MEMBER" } });
      }
      const { stdout } = await run(["status", "--home", join(folder, "bob")]);
      expect(stdout).toContain("you are     no longer in it: removed");
      expect(stdout).not.toContain("members");
    },
  );

  it("nobody there is an outage, and the message is kept", { timeout: 120_000 }, async () => {
    await conclave("alice", "room", "new", "Garden", "--name", "Alice");
    const standing = await run(["status", "--home", join(folder, "alice")]);
    expect(standing.stdout).toContain("  keys by     OpenSSL; those of ML-KEM by noble, in TypeScript\n");
    await relay.stop();
    const sent = await conclave("alice", "send", "later");
    expect(sent).toMatchObject({ code: 3, error: { code: "UNREACHABLE", fate: "kept" } });
    expect(await conclave("alice", "status", "--offline")).toMatchObject({ code: 0, status: { pending: 1 } });
  });

  it(
    "RULE client.clock-asked, RULE client.invite-opens: a clock that is 30 days ahead or behind signs nothing before its person says that it is right; no link is called good that is none",
    { timeout: 240_000 },
    async () => {
      const day = 24 * 3600_000;
      const by = (days: number) => ({
        NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(`const now=Date.now;Date.now=()=>now()+${days * day}`)}`,
      });
      await conclave("alice", "room", "new", "Garden", "--name", "Alice");
      const before = (await conclave("alice", "log")).decisions.length;
      for (const days of [30, -30]) {
        const asked = await conclaveWith(by(days), "alice", "invite", "--expires", "7d");
        expect(asked).toMatchObject({ code: 1, error: { code: "CLOCK" } });
        expect(asked.error.message).toContain(`30 days ${days > 0 ? "ahead of" : "behind"} the server's`);
      }
      expect((await conclave("alice", "log")).decisions).toHaveLength(before);
      // The clock is wrong, and its person does not know it: the room's time is ahead from now on.
      expect(await conclaveWith(by(30), "alice", "invite", "--expires", "7d", "--trust-clock")).toMatchObject({
        code: 0,
      });
      const made = await conclave("alice", "invite", "--expires", "7d", "--label", "late");
      expect(made).toMatchObject({ code: 0, invitation: { isOpen: true } });
      expect((await conclave("bob", "join", made.link, "--name", "Bob")).code).toBe(0);
      const { status } = await conclave("alice", "status");
      expect(Math.round(status.roomAhead / day)).toBe(30);
      // By a clock behind, with a person who insists: the link is good all the same.
      const behind = await conclaveWith(
        by(-30),
        "alice",
        "invite",
        "--expires",
        "7d",
        "--label",
        "behind",
        "--trust-clock",
      );
      expect(behind).toMatchObject({ code: 0, invitation: { isOpen: true } });
      expect((await conclave("carol", "join", behind.link, "--name", "Carol")).code).toBe(0);
      // Whoever may set the room's time right is told how, and nobody else; the links that end by it are over then.
      const shown = async (who: string) =>
        (await run(["status", "--home", join(folder, who)], { env: { CONCLAVE_RELAY: address } })).stdout;
      expect(await shown("alice")).toMatch(/ahead of this machine's.*\n.*reset-clock/u);
      expect(await shown("bob")).toMatch(/ahead of this machine's/u);
      expect(await shown("bob")).not.toContain("reset-clock");
      expect(await conclave("bob", "reset-clock", "--yes")).toMatchObject({ code: 1, error: { code: "NOT_ALLOWED" } });
      expect(await conclave("alice", "reset-clock", "--yes")).toMatchObject({ code: 0, done: true });
      expect((await conclave("alice", "status")).status.roomAhead).toBe(0);
      const { invitations } = await conclave("alice", "invites");
      const isOpen = (label: string) => invitations.find((invite: { label: string }) => invite.label === label).isOpen;
      expect(["late", "behind"].map(isOpen)).toEqual([false, false]);
    },
  );

  it("a home that cannot be looked at is not called one without rooms", async () => {
    mkdirSync(join(folder, "loop"));
    symlinkSync("home.sqlite", join(folder, "loop", "home.sqlite"));
    expect(await conclave("loop", "rooms")).toMatchObject({ code: 1, error: { code: "HOME_UNREADABLE" } });
    expect(await conclave("none", "status")).toMatchObject({ error: { code: "NO_ROOMS" } });
  });
});
