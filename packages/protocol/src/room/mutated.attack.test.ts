import { equalBytes } from "@conclave/codec";
import type { LogItem } from "@conclave/wire";
import { describe, expect, it } from "vitest";
import { preset } from "../policy/presets.js";
import { inside, stranger } from "./forger.fixture.js";
import { founded, invite, join, Person, seeded } from "./testRelay.fixture.js";

/** Numbers from a seed: the same ones in each run. */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const ROUNDS = process.env["CONCLAVE_LONG"] === "1" ? 5000 : 600;

/** Real traffic of a room, of every kind, and somebody who has read none of it yet. */
function traffic(): { reader: Person; items: readonly LogItem[] } {
  const { alice, log } = founded(preset("admins:1"));
  const secret = invite(alice, log, { role: "admin" });
  const bob = join(alice, "Bob", log, secret);
  const reader = join(alice, "Reader", log, secret);
  const from = log.items.length;
  const all = () => {
    for (const person of [alice, bob]) person.catchUp(log);
  };
  all();
  alice.say(log, "one");
  bob.say(log, "two");
  expect(alice.act(log, { type: "setTitle", title: "Meadow" })).toBeNull();
  all();
  bob.say(log, "three");
  // Not by the link: who comes in alone does so right behind one commit, and not behind all that is made up here.
  const carol = stranger(new Person(seeded("carol"), "Carol"), alice.room);
  const add = { type: "add", leafCert: carol.leafCert, role: "member" } as const;
  expect(alice.act(log, add, { request: carol })).toBeNull();
  all();
  expect(bob.act(log, { type: "rekey" })).toBeNull();
  all();
  expect(alice.act(log, { type: "remove", person: carol.person, ban: true })).toBeNull();
  all();
  bob.say(log, "four");
  return { reader, items: log.items.slice(from) };
}

function stateOf(person: Person): object {
  const { group, roster, keys, core } = inside(person);
  const { epoch, status } = person.room;
  const authenticator = Buffer.from(group.epochAuthenticator).toString("hex");
  return { epoch, status, authenticator, roster, keys, confirmed: core.confirmed };
}

function isSame(a: LogItem, b: LogItem): boolean {
  if (a.pruned || b.pruned || a.kind !== b.kind || a.epoch !== b.epoch) return a === b;
  return equalBytes(a.payload, b.payload) && equalBytes(a.attachment, b.attachment);
}

describe("records of the log that were changed on their way", () => {
  it("A80: none throws, none changes keys or people, and the true ones are taken in after all of them", () => {
    const { reader, items } = traffic();
    const roll = dice(80);
    const pick = <T>(list: readonly T[]): T => list[roll(list.length)]!;
    const changed = (bytes: Uint8Array): Uint8Array => {
      const copy = bytes.slice(0, roll(4) === 0 ? roll(bytes.length + 1) : bytes.length);
      for (let n = 1 + roll(3); n > 0 && copy.length > 0; n--) copy[roll(copy.length)]! ^= 1 << roll(8);
      return copy;
    };
    const mutant = (item: LogItem): LogItem => {
      if (item.pruned) return item;
      const epoch = Math.max(0, item.epoch + pick([-2, -1, 0, 0, 1, 2 ** 40]));
      switch (roll(6)) {
        case 0:
          return { ...item, payload: changed(item.payload) };
        case 1:
          return {
            ...item,
            attachment: changed(pick(items.flatMap((each) => (each.pruned ? [] : [each.attachment])))),
          };
        case 2:
          return { ...item, kind: item.kind === "commit" ? "message" : "commit" };
        case 3:
          return { ...item, epoch: epoch === item.epoch ? epoch + 1 : epoch };
        case 4:
          return { ...item, payload: changed(item.payload), attachment: changed(item.attachment), epoch };
        default:
          return { ...item, payload: new Uint8Array(roll(2000)).map(() => roll(256)) };
      }
    };
    let taken = 0;
    for (const honest of items) {
      for (let round = 0; round < ROUNDS / items.length; round++) {
        const before = stateOf(reader);
        const original = pick(items);
        const item = mutant(original);
        if (isSame(original, item)) continue;
        const n = reader.room.cursor.n + 1;
        const received = reader.room.receive({ ...item, n });
        expect(["rejected", "ignored"]).toContain(received.kind);
        if (received.kind !== "deferred") reader.store(received.delta);
        expect(stateOf(reader)).toEqual(before);
        if (round % 25 === 0) {
          reader.restart();
          expect(stateOf(reader)).toEqual(before);
        }
        taken++;
      }
      const received = reader.room.receive({ ...honest, n: reader.room.cursor.n + 1 });
      expect(received.kind).toBe("accepted");
      if (received.kind !== "deferred") reader.store(received.delta);
    }
    expect(taken).toBeGreaterThan(100);
    expect(reader.room.roster.title).toBe("Meadow");
    expect([...reader.room.roster.members.values()].map(({ name }) => name)).toEqual(["Alice", "Bob", "Reader"]);
  });

  it("in any other order, twice, or with one left out: nothing is taken that has not its place", () => {
    for (let seed = 1; seed <= 12; seed++) {
      const { reader, items } = traffic();
      const roll = dice(seed);
      const shuffled = items.flatMap((item) => (roll(8) === 0 ? [] : roll(5) === 0 ? [item, item] : [item]));
      for (let at = shuffled.length - 1; at > 0; at--) {
        const other = roll(at + 1);
        [shuffled[at], shuffled[other]] = [shuffled[other]!, shuffled[at]!];
      }
      const known = new Set<string>();
      for (const item of shuffled) {
        const received = reader.room.receive({ ...item, n: reader.room.cursor.n + 1 });
        if (received.kind === "deferred") continue;
        reader.store(received.delta);
        for (const event of received.events) {
          if (event.type !== "message") continue;
          const id = event.message.id.join();
          expect(known.has(id)).toBe(false);
          known.add(id);
        }
        const after = stateOf(reader);
        reader.restart();
        expect(stateOf(reader)).toEqual(after);
      }
    }
  });
});
