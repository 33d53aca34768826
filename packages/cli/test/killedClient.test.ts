import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Dice, KilledRoom, type Printed, type Who } from "./killedRoom.js";
import { type Running, startRelay } from "./processes.js";

const isLong = process.env["CONCLAVE_LONG"] === "1";
const SEED = Number(process.env["CONCLAVE_SEED"] ?? 20);
/** How often each way of being killed is gone through. */
const TURNS = isLong ? 8 : 1;

let folder = "";
let relay: Running;
let room: KilledRoom;
/** Links that let Carol in at once, and those with which she asks: one for each time. */
const links = { direct: [] as string[], ask: [] as string[] };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "conclave-killed-"));
  const started = await startRelay(join(folder, "relay"));
  relay = started.relay;
  room = new KilledRoom(folder, started.address, new Dice(SEED));
  await room.done("Alice", "room", "new", "Garden", "--name", "Alice", "--policy", "everyone", "--no-invite");
  // Everyone has to agree to a link: Alice makes them while she is everyone.
  const made = async (mode: string) => String((await room.done("Alice", "invite", "--mode", mode))["link"]);
  const forBob = await made("direct");
  for (let turn = 0; turn < TURNS; turn++) {
    links.direct.push(await made("direct"));
    links.ask.push(await made("ask"));
  }
  await room.done("Bob", "join", forBob, "--name", "Bob");
}, 600_000);
afterAll(async () => {
  await relay.stop();
  rmSync(folder, { recursive: true });
});

const codeOf = (result: Printed) => (result.code === 0 ? "OK" : String(result["error"]?.code ?? result.code));
const both = <T>(work: (who: Who) => Promise<T>) => Promise.all((["Alice", "Bob"] as const).map(work));
const someone = (): Who => room.dice.pick(["Alice", "Bob"] as const);
const texts = (printed: Printed): string[] =>
  printed["items"].flatMap((item: Printed) => (item["kind"] === "message" ? [item["message"].text] : []));

/** Does it, killed on the way; then until it is done: every way in which it may stand after a kill is one of `ends`. */
async function carryOut(who: Who, args: string[], ends: readonly string[]): Promise<void> {
  await room.kill(who, args);
  const result = await room.run(who, ...args);
  expect([...ends, "OK"], JSON.stringify(result)).toContain(codeOf(result));
}

const are = (count: number) => (printed: Printed) => printed["room"].people === count;

/** Carol is a member again. Who was there before has to say something, or nobody has confirmed that she is. */
async function carolIsIn(): Promise<void> {
  await room.say(someone(), false);
  await room.atOne(["Alice", "Bob", "Carol"], are(3));
}

const ROUNDS: Record<string, () => Promise<void>> = {
  "sending, and a message that waits in the outbox": async () => {
    await both((who) => room.say(who, true));
    const who = someone();
    await room.keep(who);
    await room.kill(who, ["sync"]);
  },

  receiving: async () => {
    const who = someone();
    await room.say(who === "Alice" ? "Bob" : "Alice", false);
    await room.kill(who, ["sync"]);
    await room.kill(who, ["history"]);
  },

  "talking in a chat, with everybody there": async () => {
    await both((who) => room.chat(who));
  },

  "joining by a link that lets in": async () => {
    await carryOut("Carol", ["join", links.direct.pop()!, "--name", "Carol"], ["ALREADY_HERE"]);
    await carolIsIn();
    await room.say("Carol", true);
  },

  leaving: async () => {
    await carryOut("Carol", ["leave", "--yes"], ["LEAVING", "NOT_MEMBER"]);
    await room.kill("Alice", ["sync"]);
    await room.atOne(["Alice", "Bob"], are(2));
    await room.until("Carol", (printed) => printed["room"].standing === "left");
  },

  "asking to join, and approving": async () => {
    await carryOut("Carol", ["join", links.ask.pop()!, "--name", "Carol"], ["ALREADY_HERE"]);
    await both((who) => room.kill(who, ["admit", "Carol"]));
    // A request that is not there any more was granted by a command that was killed.
    const ends = await both((who) => room.run(who, "admit", "Carol"));
    for (const end of ends) expect(["OK", "7", "NOT_FOUND", "ALREADY_SO"], JSON.stringify(end)).toContain(codeOf(end));
    await carolIsIn();
    await room.say("Carol", false);
  },

  "proposing, and approving": async () => {
    const before = await room.done("Bob", "status");
    const role = before["room"].role === "member" ? "admin" : "member";
    const propose = ["role", "Bob", role, "--yes"];
    await room.kill("Alice", propose);
    const proposed = await room.run("Alice", ...propose);
    expect(codeOf(proposed), JSON.stringify(proposed)).toBe("7");
    const { proposal } = proposed;
    await Promise.all(
      (["Bob", "Carol"] as const).map(async (who) => {
        await room.kill(who, ["approve", proposal]);
        const end = await room.run(who, "approve", proposal);
        expect(["OK", "7", "ALREADY_SO"], JSON.stringify(end)).toContain(codeOf(end));
      }),
    );
    // Alice's role alone goes so far: each look of hers carries it out, when all yeses have come.
    await room.atOne(["Alice", "Bob", "Carol"], (printed, who) => who !== "Bob" || printed["room"].role === role);
  },

  removing: async () => {
    await carryOut(someone(), ["remove", "Carol", "--yes"], ["NOT_FOUND"]);
    await room.atOne(["Alice", "Bob"], are(2));
    await room.until("Carol", (printed) => printed["room"].standing === "removed");
  },
};

describe("a home whose process is killed (kill -9)", () => {
  it(
    `RULE client.store-first: at any moment of ${Object.keys(ROUNDS).join("; ")}: all agree, nothing kept is lost or there twice`,
    async () => {
      for (let turn = 0; turn < TURNS; turn++) for (const round of Object.values(ROUNDS)) await round();
      await room.say("Alice", false);
      const statuses = await room.atOne(["Alice", "Bob"], are(2));
      expect(statuses.flatMap(({ status }) => [...status.alarms, ...(status.paused ? [status.paused] : [])])).toEqual(
        [],
      );
      const codes = await both((who) => room.done(who, "verify"));
      expect(codes[0]!["roomCode"]).toBe(codes[1]!["roomCode"]);

      const [alices, bobs, carols] = await Promise.all(
        (["Alice", "Bob", "Carol"] as const).map(async (who) =>
          texts(await room.done(who, "history", "--last", "5000")),
        ),
      );
      expect(bobs).toEqual(alices);
      for (const said of [alices!, carols!]) expect(new Set(said).size).toBe(said.length);
      expect(alices).toEqual(expect.arrayContaining(room.kept.map(({ text }) => text)));
      // Carol was out now and then: what she has is a part of it, in the same order.
      const indices = carols!.map((text) => alices!.indexOf(text));
      expect(indices).toEqual(indices.toSorted((a, b) => a - b));
      expect(indices).not.toContain(-1);
      expect(carols).toEqual(
        expect.arrayContaining(room.kept.filter(({ who }) => who === "Carol").map(({ text }) => text)),
      );

      const kills = [...room.kills.values()].reduce((sum, each) => sum + each, 0);
      // A command may end before its moment comes; most are killed.
      expect(kills, JSON.stringify([...room.kills])).toBeGreaterThan(5 * TURNS);
    },
    isLong ? 3_600_000 : 600_000,
  );
});
