import { nodeCrypto } from "@conclave/crypto/node";
import { describe, expect, it } from "vitest";
import { openBeacon } from "../evidence/beacon.js";
import { preset } from "../policy/presets.js";
import { askToJoin, decodeAsking, encodeAsking } from "./asking.js";
import { admitted, founded, invite, join, NOW, Person, preview, seeded } from "./testRelay.fixture.js";
import type { Received, RoomEvent } from "./outcome.js";

function texts(received: readonly Received[]): string[] {
  return events(received).flatMap((event) =>
    event.type === "message" ? [new TextDecoder().decode(event.message.body)] : [],
  );
}

function events(received: readonly Received[]): RoomEvent[] {
  return received.flatMap((each) => (each.kind === "deferred" ? [] : each.events));
}

describe("a room", () => {
  it("is founded, joined by link with nobody's help, talked in, and left by removal", () => {
    const { alice, log } = founded();
    const secret = invite(alice, log);
    const bob = join(alice, "Bob", log, secret);
    expect(bob.room.status).toBe("active");
    expect(bob.room.confirmed).toBeNull();
    expect(bob.room.code()).toBe(alice.room.code());
    expect(alice.say(log, "hello Bob")).toBe(true);
    expect(texts(bob.catchUp(log))).toEqual(["hello Bob"]);
    expect(bob.room.confirmed?.time).toBe(NOW);
    alice.catchUp(log);
    expect(bob.say(log, "hello Alice")).toBe(true);
    bob.catchUp(log);
    expect(texts(alice.catchUp(log))).toEqual(["hello Alice"]);
    const carol = join(bob, "Carol", log, secret);
    alice.catchUp(log);
    expect(carol.room.code()).toBe(alice.room.code());
    expect(alice.act(log, { type: "remove", person: bob.room.self.person, ban: true })).toBeNull();
    for (const person of [alice, bob, carol]) person.catchUp(log);
    expect(bob.room.status).toBe("removed");
    expect(carol.room.code()).toBe(alice.room.code());
    expect(carol.room.roster.members.size).toBe(2);
    expect(alice.say(log, "without Bob")).toBe(true);
    expect(texts(carol.catchUp(log))).toEqual(["without Bob"]);
    const second = invite(alice, log);
    carol.catchUp(log);
    const dave = join(carol, "Dave", log, second);
    carol.catchUp(log);
    alice.catchUp(log);
    expect(dave.room.code()).toBe(alice.room.code());
  });

  it("goes on after a restart at any point, also with a commit on its way", () => {
    const { alice, log } = founded();
    const secret = invite(alice, log);
    const bob = join(alice, "Bob", log, secret);
    bob.restart();
    bob.catchUp(log);
    expect(alice.say(log, "one")).toBe(true);
    alice.restart();
    alice.catchUp(log);
    bob.catchUp(log);
    const act = alice.room.act({ type: "rekey" }, { now: NOW });
    if (!act.ok) throw new Error(act.error.code);
    alice.store(act.value.delta);
    expect(bob.say(log, "two")).toBe(true);
    alice.restart();
    expect(alice.room.pending?.append).toEqual(act.value.append);
    expect(log.append(alice.room.pending!.append)).toBe(true);
    expect(texts(alice.catchUp(log))).toEqual(["two"]);
    bob.catchUp(log);
    expect(alice.room.epoch).toBe(bob.room.epoch);
    expect(bob.room.code()).toBe(alice.room.code());
    alice.restart();
    alice.catchUp(log);
    expect(bob.room.code()).toBe(alice.room.code());
    expect(alice.say(log, "three")).toBe(true);
    expect(texts(bob.catchUp(log))).toEqual(["three"]);
  });

  it("A109: RULE keyring.last-proved-stays: keeps the write key of an epoch in which it was seen, whatever came after it", () => {
    const { alice, log } = founded();
    const bob = join(alice, "Bob", log, invite(alice, log));
    bob.catchUp(log);
    const epochs = () => bob.room.writeKeys().map(({ epoch }) => epoch);
    const first = bob.room.epoch;
    bob.room.noteProved(first);
    alice.catchUp(log);
    for (let n = 0; n < 40; n++) {
      expect(alice.act(log, { type: "rekey" })).toBeNull();
      alice.catchUp(log);
      bob.catchUp(log);
      if (n === 20) bob.restart();
    }
    const { epoch } = bob.room;
    expect(epochs()).toEqual([first, ...Array.from({ length: 31 }, (_, n) => epoch - 30 + n)]);
    expect(bob.room.writeKey()).toEqual(alice.room.writeKey());
    bob.room.noteProved(epoch);
    expect(epochs()).toEqual([epoch]);
    expect(alice.act(log, { type: "rekey" })).toBeNull();
    bob.catchUp(log);
    bob.restart();
    expect(epochs()).toEqual([epoch, epoch + 1]);
  });

  it("has codes and views that all members have alike, and that change with what they stand for", () => {
    const { alice, log } = founded();
    const bob = join(alice, "Bob", log, invite(alice, log));
    const beaconOf = ({ room }: Person) => openBeacon(nodeCrypto, room.beacon(NOW))!;
    const seen = (each: Person) => [
      each.room.code(),
      each.room.peopleCode(),
      each.room.epochAuthenticator,
      each.room.export("app", new Uint8Array(1), 32),
    ];
    expect(seen(alice)).toEqual(seen(bob));
    const { roster, epoch, self } = alice.room;
    expect(beaconOf(alice)).toMatchObject({ seq: roster.seq, head: roster.head, epoch, time: NOW, leaf: self.leaf });
    expect(beaconOf(alice).epochMark).toEqual(beaconOf(bob).epochMark);
    const [code, people, keys, secret] = seen(alice);
    expect(alice.act(log, { type: "rekey" })).toBeNull();
    for (const each of [alice, bob]) each.catchUp(log);
    // New keys make another code of the room; the people are the same.
    const after = seen(alice);
    expect([after[0] === code, after[1] === people]).toEqual([false, true]);
    expect([after[2], after[3]]).not.toEqual([keys, secret]);
    expect(alice.act(log, { type: "remove", person: bob.room.self.person, ban: false })).toBeNull();
    alice.catchUp(log);
    expect(alice.room.peopleCode()).not.toBe(people);
    expect(() => alice.room.export("conclave/x", new Uint8Array(0), 32)).toThrow(RangeError);
  });

  it("lets the first of two racing commits win, and the other be built again", () => {
    const { alice, log } = founded(preset("admins:1"));
    const secret = invite(alice, log, { role: "admin" });
    const bob = join(alice, "Bob", log, secret);
    expect(bob.act(log, { type: "setTitle", title: "Bob's" })).toBe(null);
    expect(alice.act(log, { type: "setTitle", title: "Alice's" })).toBe("stale");
    const seen = events(alice.catchUp(log));
    bob.catchUp(log);
    expect(seen.map(({ type }) => type)).toEqual(["entry", "lostRace"]);
    expect(alice.act(log, { type: "setTitle", title: "Alice's" })).toBe(null);
    alice.catchUp(log);
    bob.catchUp(log);
    expect(bob.room.roster.title).toBe("Alice's");
  });

  it("admits who asks, by a member who may, and the answer comes with the commit", () => {
    const { alice, log } = founded();
    const secret = invite(alice, log, { mode: "ask", for: { class: "single" } });
    const bob = new Person(seeded("bob"), "Bob");
    const seen = preview(alice, bob, log, secret);
    expect(seen.slot.entrance).toBeNull();
    const asked = askToJoin(bob.primitives, seen, { device: bob.device, name: "Bob", note: "It is me", now: NOW });
    if (!asked.ok) throw new Error(asked.error.code);
    const request = alice.room.requests.open(asked.value.blob, NOW);
    if (!request.ok) throw new Error(request.error.code);
    expect([request.value.name, request.value.note]).toEqual(["Bob", "It is me"]);
    const { leafCert } = request.value;
    expect(alice.act(log, { type: "add", leafCert, role: "member" }, { request: request.value })).toBeNull();
    expect(alice.say(log, "before the echo")).toBe(false);
    alice.catchUp(log);
    const asking = decodeAsking(encodeAsking(asked.value.asking));
    const accepted = admitted(bob, asking, log.deliveries[0]!, log.roster);
    if (!accepted.ok) throw new Error(`${accepted.error.code} ${accepted.error.detail}`);
    bob.begin(accepted.value.room, accepted.value.delta);
    expect(accepted.value.decisions.map(({ action }) => action.type)).toEqual(["charter", "createInvite", "add"]);
    bob.catchUp(log);
    expect(bob.room.status).toBe("active");
    expect(bob.room.code()).toBe(alice.room.code());
    expect(bob.say(log, "thanks")).toBe(true);
    expect(texts(alice.catchUp(log))).toEqual(["thanks"]);
  });

  it("RULE proposals.own-farewell: a farewell that was taken back is void, and brought up again by nobody else", () => {
    const { alice, log } = founded();
    const bob = join(alice, "Bob", log, invite(alice, log));
    const carol = join(alice, "Carol", log, invite(alice, log));
    for (const each of [alice, bob, carol]) each.catchUp(log);
    const say = (who: typeof bob, said: ReturnType<typeof bob.room.farewell>) => {
      if (!said.ok) throw new Error(said.error.code);
      who.store(said.value.delta);
      log.append(said.value.append);
      for (const each of [alice, bob, carol]) each.catchUp(log);
      return said.value.message.body;
    };
    const farewell = say(bob, bob.room.farewell(NOW));
    expect(alice.room.farewells()).toEqual([bob.room.self.person]);
    say(bob, bob.room.stay(NOW));
    expect(alice.room.farewells()).toEqual([]);
    say(carol, carol.room.say({ kind: "farewell", ref: null, body: farewell }, NOW));
    expect(alice.room.farewells()).toEqual([]);
    // Nor does anybody take back what is not theirs.
    say(bob, bob.room.farewell(NOW));
    say(carol, carol.room.stay(NOW));
    expect(alice.room.farewells()).toEqual([bob.room.self.person]);
  });

  it("carries out a farewell by anybody's commit", () => {
    const { alice, log } = founded();
    const bob = join(alice, "Bob", log, invite(alice, log));
    const said = bob.room.farewell(NOW);
    if (!said.ok) throw new Error(said.error.code);
    bob.store(said.value.delta);
    log.append(said.value.append);
    alice.catchUp(log);
    bob.catchUp(log);
    expect(alice.room.farewells()).toEqual([bob.room.self.person]);
    expect(alice.act(log, { type: "leave", person: bob.room.self.person })).toBeNull();
    alice.catchUp(log);
    bob.catchUp(log);
    expect(bob.room.status).toBe("left");
    expect(alice.room.farewells()).toEqual([]);
  });

  it("collects approvals until the rules are met", () => {
    const { alice, log } = founded(preset("admins:2"));
    const secret = invite(alice, log, { role: "admin" });
    const bob = join(alice, "Bob", log, secret);
    const carol = join(alice, "Carol", log, secret);
    bob.catchUp(log);
    const action = { type: "remove", person: carol.room.self.person, ban: false } as const;
    expect(alice.act(log, action)).toBe("approvals_missing");
    const proposed = alice.room.proposals.propose(action, NOW);
    if (!proposed.ok) throw new Error(proposed.error.code);
    alice.store(proposed.value.delta);
    log.append(proposed.value.append);
    const { hash, delta } = alice.room.proposals.note(action);
    alice.store(delta);
    for (const person of [alice, bob, carol]) person.catchUp(log);
    const approved = bob.room.proposals.approve(hash, NOW);
    if (!approved.ok) throw new Error(approved.error.code);
    bob.store(approved.value.delta);
    log.append(approved.value.append);
    for (const person of [alice, bob, carol]) person.catchUp(log);
    expect(alice.room.proposals.list().map(({ have, need, isAgreed }) => ({ have, need, isAgreed }))).toEqual([
      { have: 2, need: 2, isAgreed: true },
    ]);
    alice.restart();
    alice.catchUp(log);
    expect(alice.act(log, action)).toBeNull();
    for (const person of [alice, bob, carol]) person.catchUp(log);
    expect(carol.room.status).toBe("removed");
    expect(bob.room.proposals.list()).toEqual([]);
    expect(bob.room.code()).toBe(alice.room.code());
  });
});
