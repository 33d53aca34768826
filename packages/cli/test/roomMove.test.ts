import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run, Running, startRelay } from "./processes.js";

type Relay = Awaited<ReturnType<typeof startRelay>>;
let folder = "";
let before: Relay;
let after: Relay;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "conclave-move-"));
  [before, after] = [await startRelay(join(folder, "before")), await startRelay(join(folder, "after"))];
});
afterAll(async () => {
  await Promise.all([before.relay.stop(), after.relay.stop()]);
  rmSync(folder, { recursive: true });
});

/** One command of somebody with a home of their own, and what it printed. */
async function conclave(who: string, ...args: string[]) {
  const { code, stdout, stderr } = await run([...args, "--json", "--home", join(folder, who)], {
    env: { CONCLAVE_RELAY: before.address },
  });
  if (stdout === "") throw new Error(`conclave ${args.join(" ")} printed nothing: ${stderr}`);
  return { code, ...JSON.parse(stdout) };
}

const texts = (items: { message?: { text: string } }[]) => items.flatMap(({ message }) => message?.text ?? []);

/** Alice's room, with Bob and Carol in it. */
async function threeOf(name: string): Promise<{ people: readonly [string, string, string]; link: string }> {
  const people = [`Alice ${name}`, `Bob ${name}`, `Carol ${name}`] as const;
  const { link } = await conclave(people[0], "room", "new", name, "--name", "Alice");
  for (const who of people.slice(1)) await conclave(who, "join", link, "--name", who.split(" ")[0]!);
  await conclave(people[0], "send", "one");
  for (const who of people) await conclave(who, "sync");
  return { people, link };
}

describe("a room that moves, with two relays and every client a process", () => {
  it("who was away follows, an old link leads on, and the old relay can go", async () => {
    const { people, link } = await threeOf("Garden");
    const [alice, bob, carol] = people;
    const moved = await conclave(alice, "room", "move", after.address, "--yes");
    expect(moved).toMatchObject({ code: 0, done: true, from: before.address, to: after.address });
    expect(await conclave(bob, "room", "move", before.address, "--yes")).toMatchObject({ code: 1 });
    await conclave(bob, "send", "two");
    const dave = "Dave Garden";
    expect(await conclave(dave, "join", link, "--name", "Dave")).toMatchObject({ code: 0, room: { people: 4 } });
    // Carol was away all the time.
    await conclave(carol, "send", "three");
    await before.relay.stop();
    await conclave(dave, "send", "four");
    const all = ["one", "two", "three", "four"];
    for (const [at, who] of [alice, bob, carol].entries()) {
      const { items } = await conclave(who, "history");
      expect(texts(items), `of ${who}, ${String(at)}`).toEqual(all);
      const { status, room } = await conclave(who, "status");
      expect(status).toMatchObject({ alarms: [], paused: null });
      expect(room.relay).toBe(after.address);
    }
    const codes = await Promise.all([alice, bob, carol, dave].map((who) => conclave(who, "verify")));
    expect(new Set(codes.map(({ roomCode }) => roomCode)).size).toBe(1);
    const { decisions } = await conclave(bob, "log");
    expect(decisions.map(({ summary }: { summary: string }) => summary)).toContainEqual(
      expect.stringMatching(/^Alice moved the room to ws:/u),
    );
    before = await startRelay(join(folder, "before"), Number(new URL(before.address).port));
  }, 300_000);

  it("whose relay is gone is moved by its owner alone, and the others follow when they are told", async () => {
    const gone = await startRelay(join(folder, "gone"));
    const { link } = await conclave("Ann", "room", "new", "Pond", "--name", "Ann", "--relay", gone.address);
    await conclave("Ben", "join", link, "--name", "Ben");
    await conclave("Ann", "send", "one");
    await conclave("Ben", "sync");
    expect(await conclave("Ann", "room", "move", after.address, "--old-gone", "--yes")).toMatchObject({ code: 2 });
    await gone.relay.stop("SIGKILL");
    expect(await conclave("Ben", "room", "follow", after.address)).toMatchObject({ code: 1 });
    expect(await conclave("Ann", "room", "move", after.address, "--old-gone", "--yes")).toMatchObject({
      ...{ code: 0, done: true, to: after.address },
    });
    expect(await conclave("Ben", "room", "follow", after.address)).toMatchObject({ code: 0, to: after.address });
    await conclave("Ben", "send", "two");
    expect(texts((await conclave("Ann", "history")).items)).toEqual(["one", "two"]);
    for (const who of ["Ann", "Ben"]) expect((await conclave(who, "status")).status.alarms).toEqual([]);
  }, 200_000);

  it("whoever moves it and is killed at any moment leaves one room", async () => {
    for (const pause of [200, 450, 900]) {
      const { people, link } = await threeOf(`Shed ${String(pause)}`);
      const [alice, bob, carol] = people;
      const moving = new Running(["room", "move", after.address, "--yes", "--json", "--home", join(folder, alice)]);
      await new Promise((resolve) => setTimeout(resolve, pause));
      await moving.stop("SIGKILL");
      await conclave(bob, "send", "two");
      await conclave(alice, "room", "move", after.address, "--yes");
      await conclave(carol, "send", "three");
      const dave = `Dave ${String(pause)}`;
      expect(await conclave(dave, "join", link, "--name", "Dave")).toMatchObject({ code: 0 });
      for (const who of [alice, bob, carol]) {
        expect(texts((await conclave(who, "history")).items)).toEqual(["one", "two", "three"]);
        const { status, room } = await conclave(who, "status");
        expect([status.alarms, room.relay]).toEqual([[], after.address]);
      }
    }
  }, 600_000);
});
