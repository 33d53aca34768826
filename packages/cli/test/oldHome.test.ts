import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeOldHome, type OldHome, OldWorld, unpack } from "./oldHome.js";

const IN_GARDEN = ["--room", "The garden"];
const HOUR_MS = 3_600_000;

const folders: string[] = [];
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "conclave-old-home-"));
  folders.push(folder);
  return folder;
}
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

// How a fixture is made: see fixtures/README.md.
const made = process.env["CONCLAVE_WRITE_HOME"];
if (made !== undefined)
  it("is written", async () => {
    await makeOldHome(made, newFolder());
  }, 900_000);

describe.each(["home-2026-11"])("relay and homes as an earlier build left them: %s", (name) => {
  let old: OldHome;
  let world: OldWorld;
  beforeAll(async () => {
    const folder = newFolder();
    old = unpack(name, folder);
    world = new OldWorld(folder, old.madeAt + HOUR_MS - Date.now());
    await world.startRelay();
  });
  afterAll(async () => {
    await world.stopRelay();
  });
  const texts = async (who: string): Promise<string[]> => {
    const { items } = await world.conclave(who, "history", ...IN_GARDEN);
    return items.flatMap(({ message }: { message?: { text: string } }) => message?.text ?? []);
  };

  it("their history reads as it did", async () => {
    for (const [who, before] of Object.entries(old.histories)) {
      const { items } = await world.conclave(who, "history", ...IN_GARDEN);
      expect([who, plain(items.slice(0, before.length))]).toEqual([who, plain(before)]);
    }
    const told = JSON.stringify(old.histories["ann"]);
    for (const part of ["hello", '"isEdited":true', "good morning, Ann", "👍", "list.txt", '"kind":"decision"'])
      expect(told).toContain(part);
    expect((await world.conclave("ann", "log", ...IN_GARDEN)).decisions).toHaveLength(9);
  }, 240_000);

  it("each room is where it was: in, left, asked", async () => {
    const rooms = async (who: string) =>
      (await world.conclave(who, "rooms")).rooms.map((room: { title: string; standing: string }) => [
        room.title,
        room.standing,
      ]);
    expect(await rooms("ann")).toEqual([
      ["The garden", "member"],
      ["Shed", "member"],
    ]);
    expect(await rooms("ben")).toEqual([
      ["The garden", "member"],
      ["Shed", "left"],
    ]);
    expect(await rooms("dan")).toEqual([["Garden", "asking"]]);
  }, 240_000);

  it("people talk on: what lay in the outbox, a new message, and the file of then", async () => {
    expect((await world.conclave("cy", "sync")).code).toBe(0);
    expect((await world.conclave("ann", "send", "hello again", ...IN_GARDEN)).message.state).toBe("sent");
    expect((await texts("ben")).slice(-2)).toEqual(["written while the relay was away", "hello again"]);
    const path = join(world.folder, "saved.txt");
    expect((await world.conclave("ben", "save", "list.txt", path, ...IN_GARDEN)).code).toBe(0);
    expect(readFileSync(path, "utf8")).toBe("beans, peas\n");
  }, 240_000);

  it("the invite link lets somebody in, the request can be granted, the proposal approved", async () => {
    expect((await world.conclave("eve", "join", old.link, "--name", "Eve")).room.standing).toBe("member");
    const { proposals } = await world.conclave("ben", "requests", ...IN_GARDEN);
    expect(proposals).toMatchObject([{ action: "createInvite", approvedBy: [{ name: "Ann" }] }]);
    expect((await world.conclave("ben", "approve", proposals[0].id, ...IN_GARDEN)).code).toBe(0);
    // It takes two admins now.
    expect((await world.conclave("ann", "admit", "Dan", ...IN_GARDEN)).code).toBe(7);
    expect((await world.conclave("ben", "admit", "Dan", ...IN_GARDEN)).code).toBe(0);
    expect((await world.conclave("dan", "send", "thank you")).message.state).toBe("sent");
    expect((await texts("eve")).at(-1)).toBe("thank you");
    const { members } = await world.conclave("ann", "members", ...IN_GARDEN);
    expect(members.map(({ name, role }: { name: string; role: string }) => `${name} ${role}`)).toEqual([
      "Ann owner",
      "Ben admin",
      "Cy member",
      "Eve member",
      "Dan member",
    ]);
    expect(members[1].checked).toEqual({ how: expect.any(String), time: expect.any(Number) });
  }, 240_000);
});

/** A history without the sentences that are made for people when it is shown: those may change, and what is kept may not. */
function plain(items: unknown): unknown {
  const kept = JSON.stringify(items, (key, value: unknown) => {
    if (["summary", "sentence", "advice"].includes(key)) return undefined;
    return key === "right" ? { ...(value as object), text: undefined } : value;
  });
  return JSON.parse(kept);
}
