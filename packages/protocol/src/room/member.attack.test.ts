import { equalBytes } from "@conclave/codec";
import { nodeCrypto } from "@conclave/crypto/node";
import { describe, expect, it } from "vitest";
import { newDevice, identityOf, newIdentity } from "../identity/person.js";
import { preset } from "../policy/presets.js";
import { actionHash, type Action } from "../roster/action.js";
import { openApproval, signApproval } from "../roster/approval.js";
import { NO_EVIDENCE } from "../roster/entryHeader.js";
import { openEnvelope } from "../transport/envelope.js";
import { openRosterRecord } from "../transport/rosterLog.js";
import { roomExtensions } from "./binding.js";
import { forgeCommit, forgeEntry, inside, shuttingOut, stranger } from "./forger.fixture.js";
import type { Received, RoomEvent } from "./outcome.js";
import { founded, invite, join, NOW, Person, preview, seeded, type TestLog } from "./testRelay.fixture.js";
import { joinRoom } from "./joinRoom.js";
import type { Message } from "../message/message.js";

function room(policy = preset("owner"), role: "member" | "admin" = "member") {
  const { alice, log } = founded(policy);
  const secret = invite(alice, log, { role });
  const bob = join(alice, "Bob", log, secret);
  const carol = join(alice, "Carol", log, secret);
  bob.catchUp(log);
  return { alice, bob, carol, log, secret, all: [alice, bob, carol] };
}

const everyone = (log: TestLog, ...people: Person[]) => people.map((person) => person.catchUp(log));
const codes = (...people: Person[]) => new Set(people.map((person) => person.room.code()));

function messages(received: readonly Received[]): Message[] {
  const events: RoomEvent[] = received.flatMap((each) => (each.kind === "deferred" ? [] : [...each.events]));
  return events.flatMap((event) => (event.type === "message" ? [event.message] : []));
}

/** A member's forged entry, in a commit of its own, refused by all the others with this code. */
function expectForged(
  log: TestLog,
  author: Person,
  action: Action,
  code: string,
  victims: Person[],
  change = {},
): void {
  everyone(log, author, ...victims);
  const before = [...codes(...victims)];
  expect(log.append(forgeCommit(author, forgeEntry(author, action, change)))).toBe(true);
  for (const victim of victims)
    expect(victim.catchUp(log).at(-1)).toMatchObject({ kind: "rejected", rejection: { code } });
  expect([...codes(...victims)]).toEqual(before);
}

describe("admins against each other", () => {
  it("A11: an admin lets somebody in with a role above their own", () => {
    const { alice, bob, carol, log } = room(preset("open"), "admin");
    const { leafCert } = stranger(new Person(seeded("mallory"), "Mallory"), bob.room);
    expectForged(log, bob, { type: "add", leafCert, role: "owner" }, "above_own_role", [alice, carol]);
  });

  it("A16: a demoted admin's entry from before, or on another history", () => {
    const { alice, bob, carol, log } = room(preset("open"), "admin");
    const early = { seq: bob.room.roster.seq + 1, prev: bob.room.roster.head, time: NOW - 1e9 };
    expect(alice.act(log, { type: "setRole", person: bob.room.self.person, role: "member" })).toBeNull();
    const action = { type: "setTitle", title: "Bob's" } as const;
    expectForged(log, bob, action, "wrong_seq", [alice, carol], early);
    expectForged(log, bob, action, "wrong_prev", [alice, carol], { prev: early.prev });
    expectForged(log, bob, action, "not_allowed", [alice, carol], { time: early.time });
  });

  it("A47: two admins remove each other at once: whichever is first stands, the same for all", () => {
    for (const isAliceFirst of [true, false]) {
      const { alice, log } = founded(preset("admins:1"));
      const secret = invite(alice, log, { role: "admin" });
      const [bob, carol] = [join(alice, "Bob", log, secret), join(alice, "Carol", log, secret)];
      everyone(log, alice, bob, carol);
      const [first, second] = isAliceFirst ? [bob, carol] : [carol, bob];
      const kick = (by: Person, whom: Person) =>
        by.act(log, { type: "remove", person: whom.room.self.person, ban: false });
      expect(kick(first, second)).toBeNull();
      expect(kick(second, first)).toBe("stale");
      everyone(log, alice, bob, carol);
      expect(second.room.status).toBe("removed");
      // The loser's device can go on as it likes: the entry is by nobody who is in the room.
      const seen = forgeEntry(alice, { type: "tick" });
      expect(alice.room.roster.members.has(Buffer.from(second.room.self.person).toString("hex"))).toBe(false);
      expect(seen.entry.seq).toBe(alice.room.roster.seq + 1);
      expect(codes(alice, first).size).toBe(1);
    }
  });

  it("A48: an approval from before a removal does not bring the person back", () => {
    const { alice, log } = founded(preset("admins:2"));
    const secret = invite(alice, log, { role: "admin" });
    const [bob, carol] = [join(alice, "Bob", log, secret), join(alice, "Carol", log, secret)];
    everyone(log, alice, bob, carol);
    const dave = new Person(seeded("dave"), "Dave");
    const request = stranger(dave, alice.room);
    const add = { type: "add", leafCert: request.leafCert, role: "member" } as const;
    const approval = approve(carol, add, alice);
    const bring = { request, evidence: [approval] };
    expect(actWith(alice, log, add, bring)).toBeNull();
    everyone(log, alice, bob, carol);
    const remove = { type: "remove", person: request.person, ban: false } as const;
    expect(actWith(alice, log, remove, { evidence: [approve(carol, remove, alice)] })).toBeNull();
    everyone(log, alice, bob, carol);
    const again = { ...NO_EVIDENCE, approvals: [approval] };
    const before = [...codes(bob, carol)];
    const forged = forgeEntry(alice, add, { evidence: again });
    const append = forgeCommit(alice, { ...forged, proposals: [{ type: "add", keyPackage: request.keyPackage }] });
    expect(log.append(append)).toBe(true);
    for (const victim of [bob, carol]) {
      const received = victim.catchUp(log).at(-1)!;
      expect(received.kind).toBe("rejected");
      expect(received.kind === "rejected" && received.rejection.code).toBe("bad_approval");
    }
    expect([...codes(bob, carol)]).toEqual(before);
  });

  it("A49: a commit cannot use a right that it takes away or gives in the same breath", () => {
    const { alice, bob, carol, log } = room();
    // Judged by the state before: Bob is no admin yet, whatever the rest of his commit would make of him.
    expectForged(log, bob, { type: "setRole", person: carol.room.self.person, role: "admin" }, "above_own_role", [
      alice,
      carol,
    ]);
    expectForged(log, bob, { type: "remove", person: carol.room.self.person, ban: false }, "not_allowed", [
      alice,
      carol,
    ]);
    expect(alice.act(log, { type: "setRole", person: bob.room.self.person, role: "admin" })).toBeNull();
    everyone(log, alice, bob, carol);
    const wrong = { policyHash: new Uint8Array(32) };
    expectForged(log, bob, { type: "tick" }, "wrong_policy", [alice, carol], wrong);
  });

  it("A50: one entry is one action: rules and people never change together", () => {
    const { alice, bob, carol, log } = room();
    const { keyPackage } = stranger(new Person(seeded("mallory"), "Mallory"), alice.room);
    const made = alice.room.act({ type: "setPolicy", policy: preset("open") }, { now: NOW });
    if (!made.ok) throw new Error(made.error.code);
    const { transition } = inside(alice).pending!.judgement;
    inside(alice).pending = null;
    const append = forgeCommit(alice, {
      proposals: [{ type: "add", keyPackage }],
      authenticatedData: transition!.entry.hash,
      attachment: made.value.append.attachment,
    });
    expect(log.append(append)).toBe(true);
    for (const victim of [bob, carol])
      expect(victim.catchUp(log).at(-1)).toMatchObject({ kind: "rejected", rejection: { code: "ghost" } });
  });

  it("A51: the last owner neither leaves nor gives the role away without another; a sealed room may be without", () => {
    const { alice, bob, carol, log } = room();
    const self = alice.room.self.person;
    expect(alice.act(log, { type: "setRole", person: self, role: "member" })).toBe("last_owner");
    const said = alice.room.farewell(NOW);
    if (!said.ok) throw new Error(said.error.code);
    alice.store(said.value.delta);
    log.append(said.value.append);
    everyone(log, alice, bob, carol);
    expect(bob.act(log, { type: "leave", person: self })).toBe("last_owner");
    expect(alice.act(log, { type: "seal" })).toBeNull();
    everyone(log, alice, bob, carol);
    expect(bob.act(log, { type: "leave", person: self })).toBeNull();
    everyone(log, alice, bob, carol);
    expect(alice.room.status).toBe("left");
    expect(codes(bob, carol).size).toBe(1);
  });

  it("A54: signed entries and approvals of a former admin, replayed by whoever has them", () => {
    const { alice, bob, carol, log } = room(preset("open"), "admin");
    const action = { type: "setTitle", title: "Bob's" } as const;
    const old = forgeEntry(bob, action);
    expect(alice.act(log, { type: "remove", person: bob.room.self.person, ban: true })).toBeNull();
    everyone(log, alice, bob, carol);
    // Carol, also an admin, carries Bob's old entry in a commit of her own.
    const append = forgeCommit(carol, { ...old });
    expect(log.append(append)).toBe(true);
    expect(alice.catchUp(log).at(-1)!.kind).toBe("rejected");
    expect(alice.room.roster.title).toBe("Garden club");
  });

  it("A34: whoever joins cannot move the chain's time; an owner's far future is the same for everybody", () => {
    const { alice, bob, log, secret } = room();
    const tenYears = 10 * 365 * 86_400_000;
    const chainTime = alice.room.roster.chainTime;
    for (const now of [NOW - tenYears, NOW + tenYears]) {
      const guest = new Person(seeded(`guest ${now}`), "Guest");
      const joining = joinRoom(guest.primitives, preview(alice, guest, log, secret), {
        device: guest.device,
        name: "Guest",
        now,
      });
      if (!joining.ok) throw new Error(joining.error.code);
      expect(log.append(joining.value.append)).toBe(true);
      expect(alice.catchUp(log).at(-1)!.kind).toBe("accepted");
      expect(bob.catchUp(log).at(-1)!.kind).toBe("accepted");
      expect(alice.room.roster.chainTime).toBe(chainTime);
    }
    const ahead = alice.room.act({ type: "tick" }, { now: NOW + tenYears });
    if (!ahead.ok) throw new Error(ahead.error.code);
    log.append(ahead.value.append);
    everyone(log, alice, bob);
    expect([alice, bob].map((person) => person.room.roster.chainTime)).toEqual([NOW + tenYears, NOW + tenYears]);
  });
});

describe("who is out is out", () => {
  it("A58: RULE keyring.removal-renews: a removed member with the whole log decrypts nothing after the removal", () => {
    const { alice, bob, carol, log } = room();
    expect(alice.act(log, { type: "remove", person: bob.room.self.person, ban: true })).toBeNull();
    const [spy] = [new Person(bob.primitives, "Bob")];
    // All that Bob ever had, kept by a device that does not delete.
    for (const [key, value] of bob.records) spy.records.set(key, value);
    spy.restart();
    everyone(log, alice, carol);
    const from = log.items.length;
    expect(alice.say(log, "secret")).toBe(true);
    everyone(log, alice, carol);
    expect(alice.act(log, { type: "setTitle", title: "Secret title" })).toBeNull();
    everyone(log, alice, carol);
    const { keys, roomTag, group } = inside(spy);
    for (const item of log.items.slice(from)) {
      if (item.pruned) throw new Error("pruned");
      for (const { key } of keys.envelopes)
        for (const epoch of [item.epoch, item.epoch - 1])
          expect(openEnvelope(nodeCrypto, key, { roomTag, epoch }, item.payload)).toBeNull();
      const known = [
        ...keys.roster,
        ...keys.roster.map(({ key }) => ({ key, generation: keys.roster[0]!.generation + 1 })),
      ];
      expect(openRosterRecord(nodeCrypto, roomTag, known, item.attachment)).toBeNull();
    }
    expect(Number(group.epoch)).toBeLessThan(alice.room.epoch);
    // And the record of the removal itself is the last that it reads.
    spy.catchUp(log);
    expect(spy.room.status).toBe("removed");
    expect(equalBytes(spy.room.roster.head, alice.room.roster.head)).toBe(false);
  });

  it("A59: RULE room.attributed: a message from before a removal is late, its author's, and never the new holder's of the place", () => {
    const { alice, bob, carol, log, secret } = room();
    const said = bob.room.say({ kind: "text", ref: null, body: new TextEncoder().encode("still here") }, NOW);
    if (!said.ok) throw new Error(said.error.code);
    const place = inside(bob).group.ownLeafIndex;
    expect(alice.act(log, { type: "remove", person: bob.room.self.person, ban: false })).toBeNull();
    everyone(log, alice, carol);
    expect(secret).toHaveLength(32);
    const second = invite(alice, log);
    const dave = join(alice, "Dave", log, second);
    expect(inside(dave).group.ownLeafIndex).toBe(place);
    // A relay that held the message back lets it go now, in the epoch that it was made for.
    const { kind, epoch, payload, attachment } = said.value.append;
    log.items.push({ n: log.items.length + 1, kind, epoch, payload, attachment, time: 0, pruned: false });
    const [late] = messages(carol.catchUp(log));
    if (late === undefined) {
      // Older than the epochs that are kept: then it is a line that says why, and no message.
      expect(carol.received.at(-1)).toMatchObject({ kind: "ignored", unreadable: "epoch_gone" });
    } else {
      expect(late).toMatchObject({ late: true, authorGone: true, name: "Bob" });
      expect(late.author).toEqual(bob.room.self.person);
    }
    expect(messages(dave.catchUp(log))).toEqual([]);
  });

  it("A59: within the epochs that are kept, the late message is Bob's", () => {
    const { alice, bob, carol, log } = room();
    const said = bob.room.say({ kind: "text", ref: null, body: new TextEncoder().encode("still here") }, NOW);
    if (!said.ok) throw new Error(said.error.code);
    expect(alice.act(log, { type: "remove", person: bob.room.self.person, ban: false })).toBeNull();
    everyone(log, alice, carol);
    const { kind, epoch, payload, attachment } = said.value.append;
    log.items.push({ n: log.items.length + 1, kind, epoch, payload, attachment, time: 0, pruned: false });
    const [late] = messages(carol.catchUp(log));
    expect(late).toMatchObject({ late: true, authorGone: true, name: "Bob" });
    expect(late!.author).toEqual(bob.room.self.person);
  });

  it("A60: a removal takes out every device of the person", () => {
    const { alice, bob, carol, log } = room();
    const laptop = new Person(seeded("laptop"), "Bob");
    const identity = newIdentity(seeded("bob identity"));
    // A Bob with two devices: certified by one identity.
    const [first, second] = [newDevice(bob.primitives, identity, 1), newDevice(bob.primitives, identity, 2)];
    const secret = invite(alice, log);
    const phone = new Person(seeded("phone"), "Bob");
    const joining = joinRoom(phone.primitives, preview(alice, phone, log, secret), {
      device: first,
      name: "Bob",
      now: NOW,
    });
    if (!joining.ok) throw new Error(joining.error.code);
    phone.begin(joining.value.room, joining.value.delta);
    log.append(joining.value.append);
    everyone(log, phone, alice, carol);
    const request = stranger(laptop, phone.room, second);
    expect(phone.act(log, { type: "addDevice", leafCert: request.leafCert }, { request })).toBeNull();
    everyone(log, phone, alice, carol);
    expect([...inside(alice).group.view.members()]).toHaveLength(5);
    const { person } = identityOf(seeded("x"), identity.seed);
    // One leaf is forgotten: refused.
    const made = alice.room.act({ type: "remove", person, ban: false }, { now: NOW });
    if (!made.ok) throw new Error(made.error.code);
    const { transition, roster } = inside(alice).pending!.judgement;
    expect(transition!.removed).toHaveLength(2);
    inside(alice).pending = null;
    const half = forgeCommit(alice, {
      proposals: [{ type: "remove", removed: inside(phone).group.ownLeafIndex }],
      authenticatedData: transition!.entry.hash,
      attachment: made.value.append.attachment,
    });
    expect(log.append(half)).toBe(true);
    expect(carol.catchUp(log).at(-1)).toMatchObject({ kind: "rejected", rejection: { code: "ghost" } });
    alice.catchUp(log);
    expect(alice.act(log, { type: "remove", person, ban: false })).toBeNull();
    everyone(log, alice, carol);
    expect([...inside(carol).group.view.members()]).toHaveLength(3);
    expect(carol.room.roster.members.size).toBe(roster.members.size);
    expect(codes(alice, carol).size).toBe(1);
  });
});

describe("messages", () => {
  it("A24: RULE room.once: the relay delivers one message twice", () => {
    const { alice, bob, log } = room();
    expect(alice.say(log, "once")).toBe(true);
    const copy = log.items.at(-1)!;
    log.items.push({ ...copy, n: log.items.length + 1 });
    const seen = bob.catchUp(log);
    expect(messages(seen)).toHaveLength(1);
    expect(seen.at(-1)).toMatchObject({ kind: "ignored", unreadable: "replayed" });
  });

  it("A26: RULE room.current-epoch: a commit of an epoch that is over, replayed", () => {
    const { alice, bob, log } = room();
    expect(alice.act(log, { type: "rekey" })).toBeNull();
    const copy = log.items.at(-1)!;
    everyone(log, alice, bob);
    const before = bob.room.code();
    log.items.push({ ...copy, n: log.items.length + 1 });
    expect(bob.catchUp(log).at(-1)).toMatchObject({ kind: "ignored" });
    alice.catchUp(log);
    expect([bob.room.code(), alice.room.code()]).toEqual([before, before]);
  });

  it("A71: whatever a message says of its author, it is of whose leaf signed it", () => {
    const { alice, bob, carol, log } = room();
    const forged = JSON.stringify({ author: "Alice", person: Buffer.from(alice.room.self.person).toString("hex") });
    expect(bob.say(log, forged)).toBe(true);
    const [seen] = messages(carol.catchUp(log));
    expect(seen!.author).toEqual(bob.room.self.person);
    expect(seen!.name).toBe("Bob");
  });

  it("A68: a path that one member cannot open: it says so with the bytes, and the others act", () => {
    const { alice, bob, carol, log } = room();
    const proposals = [{ type: "group_context_extensions", extensions: roomExtensions(bob.room.roster) }] as const;
    expect(log.append(shuttingOut(bob, [carol], () => forgeCommit(bob, { proposals })))).toBe(true);
    const [received] = [carol.catchUp(log).at(-1)!];
    expect(received).toMatchObject({ kind: "rejected", rejection: { code: "mls" }, alarm: { code: "REFUSED_CHANGE" } });
    // Bob's signature is on it, so it is said whose device it came from.
    expect(received.kind === "rejected" && received.alarm.person).toEqual(bob.room.self.person);
    expect(received.kind === "rejected" && received.alarm.evidence.length).toBeGreaterThan(100);
    expect(alice.catchUp(log).at(-1)!.kind).toBe("accepted");
    expect(alice.act(log, { type: "remove", person: bob.room.self.person, ban: true })).toBeNull();
    alice.catchUp(log);
    expect(alice.room.roster.members.size).toBe(2);
  });
});

function approve(person: Person, action: Action, author: Person): Uint8Array {
  const { roster, core, primitives } = inside(person);
  return signApproval(primitives.crypto, core.leafSeed, {
    roomId: roster.roomId,
    actionHash: actionHash(primitives.crypto, action, author.room.self.person),
    baseSeq: roster.seq,
    maxSeq: roster.seq + 100,
    policyHash: roster.policyHash,
    person: core.person,
    leaf: core.leaf,
  });
}

function actWith(
  person: Person,
  log: TestLog,
  action: Action,
  more: { request?: unknown; evidence: Uint8Array[] },
): string | null {
  const { proposals, primitives, roster, core } = inside(person);
  proposals.propose(primitives.crypto, roster, action, core.person, 0);
  for (const approval of more.evidence) {
    const author = openApproval(primitives.crypto, approval)!.person;
    proposals.approve(primitives.crypto, roster, approval, { author, seen: 0 });
  }
  return person.act(log, action, more);
}
