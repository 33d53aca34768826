import { nodeCrypto } from "@conclave/crypto/node";
import { type LogItem, type PrunedRecord, recordDigest } from "@conclave/wire";
import { describe, expect, it } from "vitest";
import { founded, invite, join, NOW, type Person } from "./testRelay.fixture.js";
import { availableOf } from "./withheld.js";

const sha256 = (data: Uint8Array) => nodeCrypto.hash("sha256", data);

function threeFriends() {
  const { alice, log } = founded();
  const secret = invite(alice, log);
  const bob = join(alice, "Bob", log, secret);
  const carol = join(alice, "Carol", log, secret);
  bob.catchUp(log);
  return { alice, bob, carol, log };
}

/** Alice removes Carol. Gives the commit's record, which Bob has not read. */
function removal() {
  const all = threeFriends();
  const { alice, bob, carol, log } = all;
  const person = carol.room.self.person;
  expect(alice.act(log, { type: "remove", person, ban: false })).toBeNull();
  alice.catchUp(log);
  return { ...all, record: log.items[bob.room.cursor.n]! };
}

/** What a relay has left of a record that it deleted. */
function pruned(item: LogItem): PrunedRecord {
  if (item.pruned) return item;
  return { n: item.n, time: item.time, pruned: true, ...recordDigest(sha256, item) };
}

function take(person: Person, item: LogItem, availableFrom = 0) {
  const received = person.room.receive(item, availableFrom);
  if (received.kind !== "deferred") person.store(received.delta);
  return received;
}

const codes = ({ room }: Person) => room.pausingAlarms.map(({ code }) => code);
const isSaid = ({ room }: Person) => room.say({ kind: "text", ref: null, body: new Uint8Array(1) }, NOW).ok;

describe("what a relay calls deleted", () => {
  it("A110: RULE log.commit-never-pruned: a removal that it calls deleted stops the room before it, until it is there", () => {
    const { alice, bob, log, record } = removal();
    const before = bob.room.cursor;
    expect(take(bob, pruned(record), record.n + 1)).toMatchObject({ kind: "withheld", alarm: { code: "WITHHELD" } });
    expect(bob.room.cursor).toEqual(before);
    expect(codes(bob)).toEqual(["WITHHELD"]);
    expect(isSaid(bob)).toBe(false);
    bob.restart();
    expect(codes(bob)).toEqual(["WITHHELD"]);
    expect(take(bob, record)).toMatchObject({ kind: "accepted" });
    expect(codes(bob)).toEqual([]);
    bob.room.caughtUp();
    expect(bob.say(log, "she is gone")).toBe(true);
    expect(alice.catchUp(log).at(-1)).toMatchObject({ kind: "accepted" });
    expect(bob.room.code()).toBe(alice.room.code());
  });

  it("A110: a removal called a deleted message leads to another head than the one that the relay signed for", () => {
    const { alice, bob, record } = removal();
    const disguised: LogItem = { ...pruned(record), kind: "message" };
    expect(take(bob, disguised, record.n + 1)).toMatchObject({ kind: "ignored", unreadable: "pruned" });
    expect(bob.room.cursor.n).toBe(alice.room.cursor.n);
    expect(bob.room.cursor.head).not.toEqual(alice.room.cursor.head);
  });

  it("A110: RULE log.pruned-below: a message is deleted only before the place that the relay names, and never as it is pushed", () => {
    const { alice, bob, log } = threeFriends();
    expect(alice.say(log, "hidden")).toBe(true);
    const item = log.items.at(-1)!;
    for (const availableFrom of [0, item.n]) {
      expect(take(bob, pruned(item), availableFrom)).toMatchObject({ kind: "withheld" });
    }
    expect(take(bob, pruned(item), item.n + 1)).toMatchObject({ kind: "ignored", unreadable: "pruned", alarm: null });
    // Named deleted after all, it is passed over; who was told that it is kept back has to look all the same.
    expect(codes(bob)).toEqual(["WITHHELD"]);
    bob.store(bob.room.resume());
    bob.room.caughtUp();
    expect(isSaid(bob)).toBe(true);
  });

  it("A110: RULE log.pruned-from-the-oldest: a relay that gives an older message has not deleted a newer one", () => {
    const { alice, log } = threeFriends();
    const from = log.items.length;
    for (const text of ["one", "two", "three"]) expect(alice.say(log, text)).toBe(true);
    const [one, two, three] = log.items.slice(from) as [LogItem, LogItem, LogItem];
    expect(availableOf([one, pruned(two), three], three.n)).toBe(one.n);
    expect(availableOf([pruned(one), pruned(two), three], three.n)).toBe(three.n);
    expect(availableOf([pruned(one)], 9_999)).toBe(9_999);
  });

  it("RULE room.withheld-once: asked again and again, it makes one alarm", () => {
    const { bob, record } = removal();
    expect(take(bob, pruned(record))).toMatchObject({ alarm: { code: "WITHHELD" } });
    for (let n = 0; n < 3; n++) expect(take(bob, pruned(record))).toMatchObject({ kind: "withheld", alarm: null });
    bob.store(bob.room.resume());
    expect(take(bob, pruned(record))).toMatchObject({ kind: "withheld", alarm: { code: "WITHHELD" } });
  });

  it("A110: RULE room.no-keys-over-a-gap: who is refused after a gap says so, until others' new keys are there", () => {
    const { alice, bob, log } = threeFriends();
    expect(bob.room.noteRefusedKey()).toBeNull();
    expect(alice.say(log, "old")).toBe(true);
    const item = log.items.at(-1)!;
    take(bob, pruned(item), item.n + 1);
    const noted = bob.room.noteRefusedKey();
    expect(noted).toMatchObject({ alarm: { code: "SHUT_OUT" } });
    bob.store(noted!.delta);
    expect(bob.room.noteRefusedKey()).toMatchObject({ alarm: null });
    bob.restart();
    expect(codes(bob)).toEqual(["SHUT_OUT"]);
    expect(alice.act(log, { type: "rekey" })).toBeNull();
    for (const person of [alice, bob]) person.catchUp(log);
    expect(codes(bob)).toEqual([]);
    expect(bob.room.noteRefusedKey()).toBeNull();
  });

  it("a record that is left out is not taken for the next one: it is asked for", () => {
    const { alice, bob, log } = threeFriends();
    for (const text of ["one", "two"]) expect(alice.say(log, text)).toBe(true);
    const [one, two] = log.items.slice(-2) as [LogItem, LogItem];
    const before = bob.room.cursor;
    expect(take(bob, two)).toEqual({ kind: "deferred", reason: "gap" });
    expect(bob.room.cursor).toEqual(before);
    expect(take(bob, one)).toMatchObject({ kind: "accepted" });
    expect(take(bob, one)).toEqual({ kind: "deferred", reason: "seen" });
    expect(take(bob, two)).toMatchObject({ kind: "accepted" });
  });
});

describe("bytes that nobody signed", () => {
  const blamed = (received: ReturnType<typeof take>) =>
    received.kind === "rejected" ? { code: received.alarm.code, person: received.alarm.person } : received.kind;

  it("A145: RULE room.blame-signed: who changes what is tied to an honest commit lays it at nobody's door", () => {
    const flipped = (bytes: Uint8Array) => bytes.with(bytes.length - 1, bytes.at(-1)! ^ 1);
    for (const change of [flipped, () => new Uint8Array(0), () => new Uint8Array(80)]) {
      const { bob, carol, record } = removal();
      if (record.pruned) throw new Error("pruned");
      for (const person of [bob, carol]) {
        const received = take(person, { ...record, attachment: change(record.attachment) });
        expect(blamed(received)).toEqual({ code: "ALTERED", person: null });
      }
    }
    const { alice, bob, log } = threeFriends();
    expect(alice.act(log, { type: "rekey" })).toBeNull();
    const rekey = log.items.at(-1)!;
    if (rekey.pruned) throw new Error("pruned");
    expect(blamed(take(bob, { ...rekey, attachment: new Uint8Array(9) }))).toEqual({ code: "ALTERED", person: null });
  });

  it("A145: nor is a member named whose honest commit is called a message, or whose message is called a commit", () => {
    const { bob, record } = removal();
    if (record.pruned) throw new Error("pruned");
    const asMessage: LogItem = { ...record, kind: "message", attachment: new Uint8Array(0) };
    expect(blamed(take(bob, asMessage))).toEqual({ code: "ALTERED", person: null });
    const other = threeFriends();
    expect(other.alice.say(other.log, "hello")).toBe(true);
    const said = other.log.items.at(-1)!;
    if (said.pruned) throw new Error("pruned");
    expect(blamed(take(other.bob, { ...said, kind: "commit" }))).toEqual({ code: "ALTERED", person: null });
    const own = blamed(take(other.alice, { ...said, kind: "commit" }));
    expect(own).toMatchObject({ person: null });
    expect(other.alice.room.pausingAlarms).toEqual([]);
  });
});
