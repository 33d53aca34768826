import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, watch } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { StewardDecisionDocument } from "../src/documents/stewardDocument.js";
import { people, runHere } from "./inProcess.js";
import { Dice } from "./killedRoom.js";
import { run, Running, startRelay } from "./processes.js";

vi.setConfig({ testTimeout: 240_000 });

let folder = "";
let relay: Running;
let address = "";
let conclave: ReturnType<typeof people>;
let auto = "";
let audit = "";

const homeOf = (who: string) => join(folder, who);
const started: Running[] = [];
function startSteward(who = "stew", ...more: string[]): Running {
  const steward = new Running(["steward", "--json", "--home", homeOf(who), ...more]);
  started.push(steward);
  return steward;
}
const startAudited = () => startSteward("stew", "--audit", audit);
const isEvent = (event: string) => (line: string) => (JSON.parse(line) as { event?: string }).event === event;

async function done(who: string, ...args: string[]) {
  const result = await conclave(who, ...args);
  if (result.code !== 0) throw new Error(`${who}: ${args.join(" ")}: ${JSON.stringify(result)}`);
  return result;
}

const written = (): StewardDecisionDocument[] =>
  readFileSync(audit, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as StewardDecisionDocument);

/** Somebody comes by the auto link; resolves when their home says that they are in. */
async function comeIn(name: string): Promise<void> {
  const joined = await runHere(["join", auto, "--name", name, "--yes", "--home", homeOf(name)]);
  // Nobody decides: the link is the permission.
  expect(joined).toMatchObject({ code: 0, stdout: expect.stringContaining("You are in Garden as soon as a device") });
  await untilIn(name);
}

async function untilIn(name: string): Promise<void> {
  for (let n = 0; n < 60; n++) {
    const { room } = await conclave(name, "status");
    if (room?.standing === "member") return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`${name} is not in`);
}

/** A clock that is wrong. */
const ahead = (days: number) => ({
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(`const now=Date.now;Date.now=()=>now()+${String(days * 86_400_000)}`)}`,
});

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "conclave-steward-"));
  audit = join(folder, "audit.jsonl");
  ({ relay, address } = await startRelay(join(folder, "relay")));
  conclave = people(folder);
  const { link } = await done("alice", "room", "new", "Garden", "--name", "Alice", "--relay", address);
  await done("bob", "join", link, "--name", "Bob", "--yes");
  await done("alice", "sync");
  await done("stew", "join", link, "--steward", "--name", "Night porter", "--yes");
  ({ link: auto } = await done("alice", "invite", "--mode", "auto"));
}, 240_000);
afterAll(async () => {
  for (const each of started) await each.stop("SIGKILL");
  await relay.stop();
  rmSync(folder, { recursive: true });
});

describe("conclave steward", () => {
  it("is let in by a member, who sees what it is, as everybody does", async () => {
    const { requests } = await done("alice", "requests");
    expect(requests).toMatchObject([{ name: "Night porter", role: "steward" }]);
    expect((await run(["requests", "--home", homeOf("alice")])).stdout).toContain(
      "asks to be a steward, which reads along",
    );
    await done("alice", "admit", "Night porter");
    await untilIn("stew");
    const { members } = await done("bob", "members");
    expect(members).toMatchObject([{ role: "owner" }, { role: "member" }, { name: "Night porter", role: "steward" }]);
    const { decisions } = await done("bob", "log");
    expect(decisions.at(-1).summary).toBe(
      "Alice let Night porter in as a steward, which reads along and carries out what people decide",
    );
    // It cannot be given a say.
    expect(await conclave("alice", "role", "Night porter", "admin")).toMatchObject({
      code: 1,
      error: { code: "IS_STEWARD" },
    });
  });

  it("RULE cli.steward-only: does not start in the home of somebody who has a say", async () => {
    expect(await conclave("bob", "steward")).toMatchObject({ code: 2, error: { code: "NOT_STEWARD" } });
    expect(await conclave("nobody", "steward")).toMatchObject({ code: 1, error: { code: "NO_ROOMS" } });
  });

  it("--dry-run says what it would do, and sends nothing", async () => {
    await done("bob", "leave", "--yes");
    for (let n = 0; n < 2; n++) {
      const { due } = await done("stew", "steward", "--dry-run");
      expect(due).toMatchObject([{ title: "Garden", action: "leave", person: { name: "Bob" } }]);
    }
  });

  it("carries out what is due until SIGTERM, and writes each thing down once, without a secret", async () => {
    const steward = startAudited();
    await steward.line(isEvent("ready"));
    const told = JSON.parse(await steward.line(isEvent("decision"))) as { decision: StewardDecisionDocument };
    expect(told.decision).toMatchObject({ action: "leave", person: { name: "Bob" }, approvedBy: [], invite: null });
    expect(await run(["steward", "--home", homeOf("stew")])).toMatchObject({ code: 4 });
    await comeIn("carol");
    expect(await steward.stop("SIGTERM")).toBe(0);
    // The link was the permission: it is not the steward who admitted her.
    const { members } = await done("alice", "members");
    expect(members.at(-1)).toMatchObject({ name: "carol", admission: { how: "invited", by: null, invite: {} } });
    expect(written().map((each) => [each.action, each.person?.name, each.invite?.by?.name ?? null])).toEqual([
      ["leave", "Bob", null],
      ["add", "carol", "Alice"],
    ]);
    expect(written()[1]!.text).toBe("carol joined with Alice's invite; Night porter's device let them in");
    expect(statSync(audit).mode & 0o777).toBe(0o600);
    const all = readFileSync(audit, "utf8") + steward.lines.join("\n") + steward.errors;
    expect(all).not.toContain(auto.split("#")[1]!.slice(10, 60));
    expect(await done("stew", "steward", "--dry-run")).toMatchObject({ due: [] });
  });

  it("survives kill -9 at any write, and its audit file holds each thing once all the same", async () => {
    const dice = new Dice(7);
    for (let turn = 0; turn < 6; turn++) {
      const name = `guest${String(turn)}`;
      const steward = startAudited();
      await steward.line(isEvent("ready"));
      const at = 1 + dice.roll(14);
      let changes = 0;
      const watcher = watch(homeOf("stew"), () => {
        if (++changes === at) void steward.stop("SIGKILL");
      });
      await done(name, "join", auto, "--name", name, "--yes");
      await new Promise((resolve) => setTimeout(resolve, 1500));
      watcher.close();
      await steward.stop("SIGKILL");
      // A line that was begun and not finished.
      const { size } = statSync(audit);
      if (turn % 2 === 1) truncateSync(audit, size - 5);
      const next = startAudited();
      await next.line(isEvent("ready"));
      await untilIn(name);
      await next.line(() => written().some(({ person }) => person?.name === name));
      expect(await next.stop()).toBe(0);
    }
    const { decisions } = await done("stew", "log");
    const own = (decisions as { seq: number; author: { isYou: boolean }; action: string }[]).filter(
      ({ author }) => author.isYou,
    );
    expect(written().map(({ seq }) => seq)).toEqual(own.map(({ seq }) => seq));
    expect(own).toHaveLength(8);
  });

  it("says so when its clock is wrong, as it may leave undone what waits", async () => {
    const { stdout } = await run(["steward", "--dry-run", "--json", "--home", homeOf("stew")], { env: ahead(365) });
    expect(JSON.parse(stdout)).toMatchObject({
      warnings: [{ code: "CLOCK", message: expect.stringContaining("365 days ahead of the relay's") }],
    });
    expect(await done("stew", "steward", "--dry-run")).toMatchObject({ due: [], warnings: [] });
  });

  it("waits for a relay that is away, and goes on", async () => {
    await relay.stop();
    const steward = startAudited();
    await steward.line(isEvent("ready"));
    await new Promise((resolve) => setTimeout(resolve, 2000));
    ({ relay } = await startRelay(join(folder, "relay"), Number(new URL(address).port)));
    await comeIn("late");
    await steward.line(() => written().some(({ person }) => person?.name === "late"));
    expect(await steward.stop()).toBe(0);
  });

  it("two do it together, and it is done once", async () => {
    const { link } = await done("alice", "invite");
    await done("stew2", "join", link, "--steward", "--name", "Second", "--yes");
    await done("alice", "admit", "Second");
    const both = [startAudited(), startSteward("stew2")];
    for (const each of both) await each.line(isEvent("ready"));
    await comeIn("erin");
    for (const each of both) expect(await each.stop()).toBe(0);
    const { decisions } = await done("alice", "log");
    const summaries = (decisions as { summary: string }[]).filter(({ summary }) => summary.includes("erin"));
    expect(summaries).toHaveLength(1);
  });

  it("stops in a home that was copied, and so does the copy's original", async () => {
    cpSync(homeOf("stew"), homeOf("copy"), { recursive: true });
    const copy = startSteward("copy");
    await copy.line(isEvent("ready"));
    await comeIn("frank");
    expect(await copy.stop()).toBe(0);
    const original = startAudited();
    expect(await original.end()).toBe(5);
    expect(original.lines.some((line) => line.includes('"RESTORED"'))).toBe(true);
  });
});
