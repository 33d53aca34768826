import { nodeCrypto } from "@conclave/crypto/node";
import { describe, expect, it } from "vitest";
import { newDevice, newIdentity } from "../identity/person.js";
import { inviteKeys } from "../invite/inviteKeys.js";
import type { SlotView } from "../invite/slot.js";
import { returnSecret } from "../invite/returnSecret.js";
import type { Action } from "../roster/action.js";
import { decodeEntry } from "../roster/entry.js";
import { ROOM_VERSION } from "../roster/version.js";
import { openRosterRecord, rosterKeyCheck, sealRosterRecord } from "../transport/rosterLog.js";
import { askToJoin } from "./asking.js";
import { forgeCommit, forgeEntry, inside } from "./forger.fixture.js";
import { type OpenedHistory, readFrom, readingHistory } from "./history.js";
import { joinRoom } from "./joinRoom.js";
import { currentRosterKey } from "./keyring.js";
import { readSlot } from "./preview.js";
import { admitted, founded, invite, join, NOW, Person, preview, seeded, type TestLog } from "./testRelay.fixture.js";

/** Alice, who can come back by her words, and Bob; Carol was removed, so the roster is under its second key at least. */
function afterRemoval() {
  const alice = new Person(seeded("alice"), "Alice");
  const identity = newIdentity(alice.primitives);
  alice.device = newDevice(alice.primitives, identity, 1);
  const { log } = founded(undefined, undefined, alice);
  const first = invite(alice, log);
  const bob = join(alice, "Bob", log, first);
  const carol = join(alice, "Carol", log, first);
  expect(alice.act(log, alice.room.newReturn(identity.seed)!)).toBeNull();
  for (const person of [alice, bob]) person.catchUp(log);
  expect(alice.act(log, { type: "remove", person: carol.room.self.person, ban: false })).toBeNull();
  for (const person of [alice, bob]) person.catchUp(log);
  const link = invite(alice, log);
  const ask = invite(alice, log, { mode: "ask" });
  bob.catchUp(log);
  return { alice, bob, log, link, ask, identity };
}

/** Records that whoever holds a link can seal: false keys for the generation before, beside junk and beside what is genuine. */
function falseRecords({ alice, log }: ReturnType<typeof afterRemoval>, count: number): Uint8Array[] {
  const { keys, roomTag } = inside(alice);
  const current = currentRosterKey(keys);
  const genuine = log.roster.flatMap((record) => openRosterRecord(nodeCrypto, roomTag, keys.roster, record) ?? []);
  const first = genuine.find(({ previousKey }) => previousKey !== null)!;
  const earlier = genuine.findLast(({ generation }) => generation === first.generation - 1)!;
  const falseKey = (at: number) => nodeCrypto.hash("sha256", new TextEncoder().encode(`false ${String(at)}`));
  return Array.from({ length: count }, (_, at) => {
    const junk = { entry: falseKey(-at), seq: 99, before: falseKey(at) };
    // The first entry of the generation, its last one and the last before it, as they are; and bytes that are none.
    const { entry, ...place } = [first, genuine.at(-1)!, earlier, junk][at % 4]!;
    return sealRosterRecord(nodeCrypto, roomTag, current, place, { entry, previousKey: falseKey(at) });
  });
}

/** Somebody gets in by each way there is. */
function allGetIn({ alice, bob, log, link, ask, identity }: ReturnType<typeof afterRemoval>): void {
  join(alice, "Dave", log, link);
  bob.catchUp(log);
  const erin = new Person(seeded("erin"), "Erin");
  const asked = askToJoin(erin.primitives, preview(alice, erin, log, ask), {
    device: erin.device,
    name: "Erin",
    now: NOW,
    note: "",
  });
  if (!asked.ok) throw new Error(asked.error.code);
  const request = alice.room.requests.open(asked.value.blob, NOW);
  if (!request.ok) throw new Error(request.error.code);
  const { leafCert } = request.value;
  expect(alice.act(log, { type: "add", leafCert, role: "member" }, { request: request.value })).toBeNull();
  for (const person of [alice, bob]) person.catchUp(log);
  const accepted = admitted(erin, asked.value.asking, log.deliveries.at(-1)!, log.roster);
  expect(accepted.ok || accepted.error).toBe(true);
  const returned = new Person(seeded("anew"), "Alice");
  returned.device = newDevice(returned.primitives, identity, 2);
  const words = returnSecret(nodeCrypto, identity.seed, alice.room.id, 0);
  const back = joinRoom(returned.primitives, preview(bob, returned, log, words), {
    device: returned.device,
    name: "Alice",
    now: NOW,
  });
  if (!back.ok) throw new Error(back.error.code);
  returned.begin(back.value.room, back.value.delta);
  expect(log.append(back.value.append)).toBe(true);
  bob.catchUp(log);
  returned.catchUp(log);
  expect(bob.say(log, "welcome back")).toBe(true);
  expect(returned.catchUp(log).at(-1)!.kind).toBe("accepted");
  expect(returned.room.roster.members.size).toBe(4);
}

describe("records with false keys of the generation before", () => {
  for (const count of [0, 8, 9, 1000])
    it(`A105: ${String(count)} of them keep nobody out, neither newcomers nor who comes back`, () => {
      const room = afterRemoval();
      // Before the genuine ones and after them.
      const records = falseRecords(room, count);
      room.log.roster.unshift(...records.slice(0, count / 2));
      room.log.roster.push(...records.slice(count / 2));
      allGetIn(room);
    });

  it("A105: each record of the chain is opened once, and no other", () => {
    const room = afterRemoval();
    const { alice, log } = room;
    const { roster, keys } = inside(alice);
    const openings = (records: readonly Uint8Array[]) => {
      let opened = 0;
      const counting = {
        ...nodeCrypto,
        aeadOpen: (...what: Parameters<typeof nodeCrypto.aeadOpen>) => (opened++, nodeCrypto.aeadOpen(...what)),
      };
      expect(readFrom(nodeCrypto, readingHistory(counting, roster, keys), records).ok).toBe(true);
      return opened;
    };
    expect(openings(log.roster)).toBe(log.roster.length);
    expect(openings([...log.roster, ...falseRecords(room, 500)])).toBe(log.roster.length);
  });

  it("A105: RULE history.key-check: a key that the first entry of the generation did not sign leads nowhere", () => {
    const { alice, log } = afterRemoval();
    const { roster, keys, roomTag } = inside(alice);
    const at = log.roster.findLastIndex(
      (record) => openRosterRecord(nodeCrypto, roomTag, keys.roster, record)?.previousKey != null,
    );
    const { entry, previousKey, ...place } = openRosterRecord(nodeCrypto, roomTag, keys.roster, log.roster[at]!)!;
    const read = (named: Uint8Array | null) => {
      const other = sealRosterRecord(nodeCrypto, roomTag, currentRosterKey(keys), place, { entry, previousKey: named });
      const from = { ...keys, record: nodeCrypto.hash("sha256", other) };
      const head = nodeCrypto.hash("sha256", entry);
      const reading = readingHistory(nodeCrypto, { roomId: roster.roomId, head }, from);
      return readFrom(nodeCrypto, reading, [...log.roster, other]);
    };
    expect(read(previousKey).ok).toBe(true);
    for (const named of [null, new Uint8Array(32)])
      expect(read(named)).toMatchObject({ error: { code: "bad_history", detail: "a key is missing" } });
  });

  it("A106: RULE history.first-record: a member who seals the whole history again leads a newcomer to none of those records", () => {
    const { alice, log } = afterRemoval();
    const { keys, roomTag } = inside(alice);
    const { roomId, head } = alice.room.roster;
    const stored = [...alice.records].flatMap(([name, key]) => (name.startsWith("x/k/") ? [key] : []));
    const all = stored.map((key, generation) => ({ generation, key }));
    const genuine = log.roster.map((record) => openRosterRecord(nodeCrypto, roomTag, all, record)!);
    type Changed = Partial<(typeof genuine)[number]>;
    const sealedAnew = (change: (seq: number) => Changed, shift = 0) => {
      let before = genuine[0]!.before;
      return genuine.map((one) => {
        const { generation, seq, entry, previousKey, ...place } = { ...one, before, ...change(one.seq) };
        const rosterKey = { generation: generation + shift, key: all[generation]!.key };
        const record = sealRosterRecord(nodeCrypto, roomTag, rosterKey, { ...place, seq }, { entry, previousKey });
        before = nodeCrypto.hash("sha256", record);
        return record;
      });
    };
    const read = (records: readonly Uint8Array[], known?: OpenedHistory, shift = 0) => {
      const record = nodeCrypto.hash("sha256", records.at(-1)!);
      const shifted = keys.roster.map(({ generation, key }) => ({ generation: generation + shift, key }));
      const reading = readingHistory(nodeCrypto, { roomId, head }, { ...keys, roster: shifted, record }, known);
      return readFrom(nodeCrypto, reading, [...log.roster, ...records]);
    };
    const honest = read(sealedAnew(() => ({})));
    if (!honest.ok) throw new Error(honest.error.code);
    expect(honest.value.records).toEqual(log.roster.map((record) => nodeCrypto.hash("sha256", record)));
    const other = new Uint8Array(32).fill(1);
    const last = genuine.length - 1;
    // The charter's record names one before it, or is of a later generation.
    expect(read(sealedAnew((seq) => (seq === 0 ? { before: other } : {}))).ok).toBe(false);
    expect(
      read(
        sealedAnew(() => ({}), 1),
        undefined,
        1,
      ).ok,
    ).toBe(false);
    // A record names a key before where its entry signs none.
    for (const at of [0, 1, last])
      expect(read(sealedAnew((seq) => (seq === at ? { previousKey: other } : {}))).ok).toBe(false);
    // Beside what was read by another version of the slot.
    expect(read(log.roster, honest.value)).toEqual(honest);
    const shorter = {
      entries: honest.value.entries.slice(0, -1),
      records: honest.value.records.slice(0, -1),
      keys: honest.value.keys,
    };
    expect(read(log.roster, shorter)).toEqual(honest);
    expect(
      read(
        sealedAnew((seq) => (seq === last ? { before: other } : {})),
        shorter,
      ).ok,
    ).toBe(false);
    const falseKeys = shorter.keys.map(({ generation }) => ({ generation, key: other }));
    expect(read(log.roster, { ...shorter, keys: falseKeys })).toEqual(honest);
  });

  it("RULE history.bounded: a chain that is longer than any room's is given up, also beside one that was read", () => {
    const { alice, log } = afterRemoval();
    const { roster, keys } = inside(alice);
    const read = (entries: number, bytes: number, known?: OpenedHistory) => {
      const result = readFrom(
        nodeCrypto,
        readingHistory(nodeCrypto, roster, keys, known, { entries, bytes }),
        log.roster,
      );
      return result.ok ? result.value : result.error.detail;
    };
    const whole = read(1e9, 1e9);
    if (whole === undefined || typeof whole === "string") throw new Error(whole);
    const count = whole.entries.length;
    const bytes = whole.entries.reduce((sum, each) => sum + each.bytes.length, 0);
    const known = {
      entries: whole.entries.slice(0, -1),
      records: whole.records.slice(0, -1),
      keys: whole.keys,
    };
    for (const before of [undefined, known]) {
      expect(read(count, bytes, before)).toEqual(whole);
      expect(read(count - 1, bytes, before)).toBe("too long");
      expect(read(count, bytes - 1, before)).toBe("too long");
    }
    // At once, and not at its end.
    const most = { entries: count, bytes: whole.entries.at(-1)!.bytes.length };
    const reading = readingHistory(nodeCrypto, roster, keys, undefined, most);
    expect([[], log.roster.slice(-1)].map((page) => reading.next(page).done)).toEqual([false, false]);
    expect(reading.next(log.roster.slice(-2, -1)).done).toBe(true);
  });

  it("A105: RULE room.key-check: a first entry that signs a false key, or none, is refused, and one that is not the first signs none", () => {
    const { alice, bob, log } = afterRemoval();
    const refusedBy = (made: ReturnType<typeof forgeEntry>) => {
      expect(log.append(forgeCommit(bob, made))).toBe(true);
      bob.catchUp(log);
      const received = alice.catchUp(log).at(-1)!;
      return received.kind === "rejected" ? [received.rejection.code, received.alarm.code] : received.kind;
    };
    const title = { type: "setTitle", title: "Bob's" } as const;
    const false1 = rosterKeyCheck(nodeCrypto, new Uint8Array(32));
    expect(refusedBy(forgeEntry(bob, title, { keyCheck: false1 }))).toEqual(["wrong_key_check", "REFUSED_CHANGE"]);
    const link = invite(alice, log);
    bob.catchUp(log);
    const { inviteId } = inviteKeys(nodeCrypto, alice.room.id, link);
    expect(alice.act(log, { type: "revokeInvite", inviteId })).toBeNull();
    for (const person of [alice, bob]) person.catchUp(log);
    for (const keyCheck of [null, false1])
      expect(refusedBy(forgeEntry(bob, title, { keyCheck }))).toEqual(["wrong_key_check", "REFUSED_CHANGE"]);
    // With the true one it comes as far as Bob's right.
    expect(refusedBy(forgeEntry(bob, title))).toEqual(["not_allowed", "REFUSED_CHANGE"]);
  });
});

/** What somebody can read with the keys of a slot. */
function read(log: TestLog, { roomTag }: ReturnType<typeof inside>, { roster }: Pick<SlotView, "roster">): string[] {
  return log.roster.flatMap((record) => {
    const opened = openRosterRecord(nodeCrypto, roomTag, roster, record);
    const entry = opened && decodeEntry(nodeCrypto, opened.entry, ROOM_VERSION);
    return entry?.ok ? entry.value.action.type : [];
  });
}

/** What is in the slot of a link now. */
function slotOf(host: Person, secret: Uint8Array): SlotView {
  const { primitives } = host;
  const link = host.room.linkOf(secret);
  const slots = host.room.slots(NOW).map(({ blob }) => readSlot(primitives, link, blob));
  return slots.flatMap((slot) => (slot.ok ? [slot.value] : []))[0]!;
}

describe("whoever holds a link that is over", () => {
  const ends: [string, Parameters<typeof invite>[2], (room: Ended) => Action | null][] = [
    ["revoked", { mode: "ask" }, ({ inviteId }) => ({ type: "revokeInvite", inviteId })],
    ["used up by somebody who came in by it", { for: { class: "single" } }, () => null],
    ["past its end", { notAfter: NOW }, () => ({ type: "tick" })],
    ["closed with all that have an end", { notAfter: NOW + 1e9 }, () => ({ type: "resetTime" })],
    ["closed as the room was sealed", {}, () => ({ type: "seal" })],
  ];
  interface Ended {
    readonly inviteId: ReturnType<typeof inviteKeys>["inviteId"];
  }
  for (const [how, terms, end] of ends)
    it(`A114: RULE roster.generation: reads no later decision: ${how}`, () => {
      const { alice, log } = founded();
      const secret = invite(alice, log, terms);
      const { inviteId } = inviteKeys(nodeCrypto, alice.room.id, secret);
      const open = invite(alice, log);
      const held = slotOf(alice, secret);
      const before = read(log, inside(alice), held);
      expect(before).toEqual(["charter", "createInvite", "createInvite"]);
      const action = end({ inviteId });
      if (action === null) join(alice, "Bob", log, secret);
      else if (action.type === "tick") {
        const made = alice.room.act(action, { now: NOW + 1 });
        if (!made.ok) throw new Error(made.error.code);
        alice.store(made.value.delta);
        log.append(made.value.append);
      } else expect(alice.act(log, action)).toBeNull();
      alice.catchUp(log);
      expect(alice.act(log, { type: "setTitle", title: "Secret plans" })).toBeNull();
      alice.catchUp(log);
      expect(read(log, inside(alice), held)).toEqual([...before, action?.type ?? "add"]);
      if (action?.type === "seal") return;
      // Whoever comes by a link that is open reads everything.
      const dave = join(alice, "Dave", log, open);
      expect(dave.room.roster.title).toBe("Secret plans");
    });

  it("A114: several who come in by links of their own, one after another, leave a history that everybody reads", () => {
    const { alice, log } = founded();
    const [one, two, three] = [1, 2, 3].map(() => invite(alice, log, { for: { class: "single" } })) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    const [first, second, third] = [one, two, three].map((each) => slotOf(alice, each));
    // Each of them writes the first record of a generation, with keys that they have from a slot.
    const bob = join(alice, "Bob", log, one);
    const carol = join(bob, "Carol", log, two);
    for (const person of [alice, bob]) person.catchUp(log);
    const dave = join(carol, "Dave", log, three);
    for (const person of [alice, bob, carol]) person.catchUp(log);
    expect(dave.act(log, { type: "rekey" })).toBeNull();
    for (const person of [alice, bob, carol, dave]) person.catchUp(log);
    expect(alice.act(log, { type: "setTitle", title: "All are in" })).toBeNull();
    for (const person of [alice, bob, carol, dave]) person.catchUp(log);
    expect([alice, bob, carol, dave].map(({ room }) => [room.roster.title, room.roster.generation])).toEqual(
      Array(4).fill(["All are in", 3]),
    );
    for (const held of [first!, second!, third!]) expect(read(log, inside(alice), held).at(-1)).toBe("add");
    const open = invite(alice, log);
    expect(join(alice, "Erin", log, open).room.roster.members.size).toBe(5);
  });
});
