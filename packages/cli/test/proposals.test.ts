import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RoomSession } from "@conclave/client";
import { toHex } from "@conclave/codec";
import { nodeCrypto } from "@conclave/crypto/node";
import { type Action, actionHash, PersonId, preset } from "@conclave/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runSlashCommand } from "../src/chat/runSlashCommand.js";
import type { CliError } from "../src/cliError.js";
import { sync } from "../src/room/inStep.js";
import { openHome } from "../src/session/openHome.js";
import { people, runHere } from "./inProcess.js";
import { startRelay, type Running } from "./processes.js";

let folder = "";
let relay: Running;
let conclave: ReturnType<typeof people>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "conclave-proposals-"));
  const started = await startRelay(join(folder, "relay"));
  relay = started.relay;
  conclave = people(folder);
  const found = ["room", "new", "Garden", "--name", "Alice", "--policy", "open", "--relay", started.address];
  const { link } = await conclave("alice", ...found);
  for (const name of ["Bob", "Carol"]) await conclave(name.toLowerCase(), "join", link, "--name", name);
  await conclave("alice", "role", "Bob", "admin", "--yes");
  expect((await conclave("alice", "policy", "set", "admins:2", "--yes")).code).toBe(0);
}, 120_000);
afterAll(async () => {
  await relay.stop();
  rmSync(folder, { recursive: true });
});

const text = async (who: string, ...args: string[]) =>
  (await runHere([...args, "--home", join(folder, who)])).stdout.replaceAll("\u2028", "\n");

/** Works in the room of a home as its chat does. */
async function inRoom<T>(who: string, work: (room: RoomSession) => Promise<T>): Promise<T> {
  const { client } = await openHome(join(folder, who), "write");
  try {
    const room = client.rooms()[0]!;
    await sync(room);
    return await work(room);
  } finally {
    await client.close();
  }
}

/** What a line of the chat says, typed by a person. */
async function typed(who: string, line: string): Promise<string> {
  return await inRoom(who, async (room) => {
    const said: string[] = [];
    const host = {
      ...{ isPerson: true, proofOf: () => null, toggleMembers: () => undefined, quit: () => undefined },
      say: (each: string) => said.push(each),
      ask: () => Promise.resolve(true),
    };
    await runSlashCommand(room, line, host);
    return said.join("\n");
  });
}

describe("what waits for agreement", () => {
  it("is told as what has not happened; the chat answers it by the commands' names; what is so already is called that", async () => {
    const asked = await conclave("alice", "remove", "Carol", "--yes");
    expect(asked).toMatchObject({ code: 7, done: false, approved: 1, needed: 2 });
    const id = String(asked.proposal).slice(0, 20);
    expect(await text("alice", "requests")).toContain("You propose to remove Carol (1 of 2)");
    const shown = await text("bob", "requests");
    expect(shown).toContain("Alice proposes to remove Carol (1 of 2)");
    expect(shown).not.toContain("removed Carol");
    expect(await text("bob", "history")).toContain("Alice asks to remove Carol.");
    for (const shown of [await text("bob", "requests"), await text("bob", "history")])
      expect(shown).toMatch(new RegExp(`approve ${id}(?![0-9a-f])`, "u"));
    expect(await typed("bob", "/requests")).toContain(
      `Alice proposes to remove Carol (1 of 2)\n  /approve ${id} or /decline ${id}`,
    );
    expect(await typed("bob", "/help")).toMatch(/\/approve ID.*\/withdraw ID/su);

    expect(await typed("bob", `/decline ${id}`)).toContain("Declined: remove Carol.");
    await expect(typed("bob", `/decline ${id}`)).rejects.toMatchObject({ code: "ALREADY_SO" });
    expect((await conclave("alice", "requests")).proposals).toMatchObject([{ declinedBy: [{ name: "Bob" }] }]);
    const own = (await typed("bob", `/withdraw ${id}`).catch((error: unknown) => error)) as CliError;
    expect(own).toMatchObject({ code: "NOT_ALLOWED", hint: expect.stringContaining(`/decline ${id}`) });
    expect(await conclave("alice", "approve", id)).toMatchObject({ code: 1, error: { code: "ALREADY_SO" } });
    expect(await conclave("alice", "policy", "set", "admins:2", "--yes")).toMatchObject({
      code: 0,
      preset: "admins:2",
    });
    expect(await conclave("alice", "role", "Bob", "admin")).toMatchObject({ code: 0, role: "admin" });
    expect(await typed("alice", `/withdraw ${id}`)).toContain("Withdrawn: remove Carol.");
    expect((await conclave("bob", "requests")).proposals).toEqual([]);
  }, 240_000);

  it("a link and rules show what they are before anybody approves them; the home that asked for a link shows it after", async () => {
    const asked = await conclave("alice", "invite", "--mode", "direct", "--uses", "3");
    expect(asked).toMatchObject({ code: 7, link: null, invite: expect.stringMatching(/^[0-9a-f]{32}$/u) });
    expect(await text("alice", "invite", "--mode", "auto")).toMatch(/invites --link [0-9a-f]{8}/u);
    const rules = await conclave("alice", "policy", "set", "open", "--yes");
    for (const shown of [await text("bob", "requests"), await typed("bob", "/requests")]) {
      expect(shown).toMatch(/Lets in +up to 3 people\n +Join as +member\n +Newcomers +join right away/u);
      expect(shown).toMatch(/Newcomers +join by the link alone, as soon as a device of somebody here/u);
      expect(shown).toMatch(/Remove people +2 admins together +→ any admin/u);
    }
    expect(await conclave("bob", "approve", asked.proposal)).toMatchObject({ code: 0, done: true });
    // Bob's home has carried it out, and only Alice's has the secret.
    expect(await conclave("alice", "invites", "--link", asked.invite)).toMatchObject({
      ...{ code: 0, link: expect.stringContaining("#/join/"), invitation: { createdBy: { name: "Bob" } } },
    });
    expect(await conclave("bob", "invites", "--link", asked.invite)).toMatchObject({ error: { code: "NO_LINK" } });
    for (const { id } of (await conclave("alice", "requests")).proposals) await conclave("alice", "withdraw", id);
    expect(rules).toMatchObject({ code: 7 });
  }, 240_000);

  it("whose approval the rules don't ask for is shown no way to give one, and is told when it counts for nothing", async () => {
    const { proposal } = await conclave("alice", "title", "Allotments").then(() =>
      conclave("alice", "policy", "set", "everyone", "--yes"),
    );
    const short = proposal.slice(0, 20);
    for (const shown of [await text("carol", "requests"), await typed("carol", "/requests")]) {
      expect(shown).toContain("Alice proposes to change who decides");
      expect(shown).not.toMatch(/approve [0-9a-f]{20}/u);
    }
    const file = join(folder, "carol.txt");
    for (const args of [
      ["approve", short],
      ["approve", short, "--export", file],
    ])
      expect(await conclave("carol", ...args)).toMatchObject({ code: 7, warnings: [{ code: "NOT_COUNTED" }] });
    expect(await text("carol", "approve", short, "--export", file, "--force")).not.toContain("Others count it");
    expect((await conclave("alice", "requests")).proposals).toMatchObject([{ approvedBy: [{ name: "Alice" }] }]);
    // Who wrote a file asks for it too.
    for (const who of ["alice", "carol"]) expect((await conclave(who, "withdraw", short)).code).toBe(0);
  }, 240_000);

  it("a beginning of an id that fits two names both, for each command and in the chat; more of it names one", async () => {
    const [one, other] = alike();
    for (const action of [one, other]) {
      await inRoom("alice", async (room) => {
        expect(await room.decide(action)).toMatchObject({ ok: true, value: { done: false } });
        await room.flushed(10_000);
      });
    }
    const [first, second] = [one, other].map((action) => toHex(actionHash(nodeCrypto, action, ANYONE)));
    const short = first!.slice(0, 4);
    for (const [who, command] of [
      ["bob", "approve"],
      ["bob", "decline"],
      ["alice", "withdraw"],
    ] as const) {
      const { code, error } = await conclave(who, command, short);
      expect({ command, code, named: error.code }).toEqual({ command, code: 1, named: "AMBIGUOUS" });
      expect(error.hint).toContain(`${first!.slice(0, 20)} `);
      expect(error.hint).toContain(`${second!.slice(0, 20)} `);
      await expect(typed(who, `/${command} ${short}`)).rejects.toMatchObject({ code: "AMBIGUOUS" });
    }
    expect((await conclave("bob", "requests")).proposals).toHaveLength(2);
    expect(await conclave("alice", "withdraw", first!.slice(0, 12))).toMatchObject({ code: 0, proposal: first });
    expect(await typed("bob", `/approve ${second!.slice(0, 12)}`)).toContain("Done, as Alice proposed");
  }, 240_000);
});

/** A change of the rules has the same id whoever makes it. */
const ANYONE = PersonId.of(new Uint8Array(32));

/** Two changes of the rules whose ids begin with the same four digits. */
function alike(): [Action, Action] {
  const known = new Map<string, Action>();
  const policy = preset("admins:2");
  for (let maxStale = 1; ; maxStale++) {
    const action: Action = { type: "setPolicy", policy: { ...policy, settings: { ...policy.settings, maxStale } } };
    const begin = toHex(actionHash(nodeCrypto, action, ANYONE)).slice(0, 4);
    const before = known.get(begin);
    if (before) return [before, action];
    known.set(begin, action);
  }
}
