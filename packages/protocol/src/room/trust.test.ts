import { encode } from "@conclave/codec";
import { nodeCrypto } from "@conclave/crypto/node";
import {
  commitReceiptBytes,
  type CommitReceipt,
  headReceiptBytes,
  type HeadReceipt,
  type Signed,
  type RoomTag,
} from "@conclave/wire";
import { describe, expect, it } from "vitest";
import { MessageNonce } from "../encoding/ids.js";
import { proofFromJson, verifyProof } from "../evidence/contradiction.js";
import { decodePayload, encodePayload, PayloadFlag } from "../message/payload.js";
import { forgeAppend, inside } from "./forger.fixture.js";
import { founded, invite, join, NOW, Person, type TestLog } from "./testRelay.fixture.js";

const relaySeed = new Uint8Array(32).fill(7);

function head(change: Partial<HeadReceipt>, tag: RoomTag, seed = relaySeed): Signed<HeadReceipt> {
  const receipt = {
    roomTag: tag,
    n: 0,
    head: new Uint8Array(32),
    time: 1000,
    availableFrom: 1,
    keyEpoch: 0,
    writeKey: new Uint8Array(32),
    ...change,
  };
  return { receipt, signature: nodeCrypto.ed25519Sign(seed, headReceiptBytes(receipt)) };
}

function commit(change: Partial<CommitReceipt>, tag: RoomTag): Signed<CommitReceipt> {
  const receipt = {
    roomTag: tag,
    epoch: 0,
    recordHash: new Uint8Array(32),
    n: 1,
    head: new Uint8Array(32),
    time: 1000,
    ...change,
  };
  return { receipt, signature: nodeCrypto.ed25519Sign(relaySeed, commitReceiptBytes(receipt)) };
}

function pair() {
  const { alice, log } = founded();
  const bob = join(alice, "Bob", log, invite(alice, log));
  return { alice, bob, log, tag: alice.room.tag };
}

describe("the relay's word", () => {
  it("RULE watch.signed: a receipt that the room's relay did not sign is told, and stops nobody", () => {
    const { alice, tag } = pair();
    const forged = alice.room.receipts.noteHead(head({ ...alice.room.cursor }, tag, new Uint8Array(32).fill(8)));
    expect(forged).toMatchObject({ alarm: { code: "BAD_RECEIPT" }, isSigned: false });
    expect(alice.room.receipts.noteHead(head({ ...alice.room.cursor }, tag)).alarm).toBeNull();
    expect(alice.room.pausingAlarms).toEqual([]);
  });

  it("RULE watch.signed: nor does one for a commit, and what it says is kept by nobody", () => {
    const { alice, tag } = pair();
    const { n, head } = alice.room.cursor;
    const signed = commit({ n: n + 1, head }, tag);
    const forged = { ...signed, signature: new Uint8Array(64) };
    expect(alice.room.receipts.noteCommit(forged)).toMatchObject({
      alarm: { code: "BAD_RECEIPT", person: null },
      delta: { put: [] },
      isSigned: false,
    });
    expect(alice.room.receipts.noteCommit(signed)).toMatchObject({ alarm: null, isSigned: true });
    // A true receipt for a commit of another log than ours stops us, too.
    const other = alice.room.receipts.noteCommit(commit({ n, head: new Uint8Array(32).fill(1) }, tag));
    expect(other).toMatchObject({ alarm: { code: "FORK" }, isSigned: true });
    expect(alice.room.pausingAlarms.map(({ code }) => code)).toEqual(["FORK"]);
    expect(alice.room.receipts.proofWanted).toBeNull();
  });

  it("RULE watch.own-log: a signed head that is not of the log that we were given stops us, also when the log comes later", () => {
    const { alice, bob, log, tag } = pair();
    const { n } = alice.room.cursor;
    const { delta, alarm } = alice.room.receipts.noteHead(head({ n, head: new Uint8Array(32).fill(1) }, tag));
    alice.store(delta);
    expect(alarm?.code).toBe("FORK");
    expect(alice.room.say({ kind: "text", ref: null, body: new Uint8Array(1) }, NOW)).toMatchObject({
      error: { code: "paused" },
    });
    alice.restart();
    expect(alice.room.pausingAlarms.map(({ code }) => code)).toEqual(["FORK"]);
    alice.store(alice.room.resume());
    alice.catchUp(log);
    expect(alice.say(log, "hi")).toBe(true);
    // Before the log reaches the place: the head is kept, and compared when it does.
    expect(bob.room.receipts.noteHead(head({ n: n + 1, head: new Uint8Array(32).fill(2) }, tag)).alarm).toBeNull();
    expect(bob.catchUp(log).at(-1)).toMatchObject({ alarm: { code: "FORK" } });
    expect(bob.room.pausingAlarms).toHaveLength(1);
  });

  it("two receipts that contradict each other are a proof for anybody, and a shorter log later on too", () => {
    const { alice, bob, tag } = pair();
    expect(alice.room.receipts.noteCommit(commit({ n: 9, head: new Uint8Array(32).fill(3) }, tag)).alarm).toBeNull();
    const { alarm } = alice.room.receipts.noteCommit(commit({ n: 9, head: new Uint8Array(32).fill(4) }, tag));
    expect(alarm?.code).toBe("EQUIVOCATION");
    expect(verifyProof(nodeCrypto, proofFromJson(alarm!.evidence)!)).toBe("equivocation");
    expect(bob.room.receipts.noteHead(head({ n: 9, head: new Uint8Array(32).fill(3) }, tag)).alarm).toBeNull();
    const shorter = bob.room.receipts.noteHead(head({ ...bob.room.cursor, time: 2000 }, tag));
    expect(shorter.alarm?.code).toBe("ROLLBACK");
    expect(verifyProof(nodeCrypto, proofFromJson(shorter.alarm!.evidence)!)).toBe("rollback");
  });

  it("RULE watch.not-shorter: a log shorter than what we had when we asked is a rollback, also without a proof for others", () => {
    const { alice, tag } = pair();
    const { n } = alice.room.cursor;
    const { log } = inside(alice);
    const honest = head({ n: n - 1, head: log.headAt(n - 1)! }, tag);
    expect(alice.room.receipts.noteHead(honest, n - 1).alarm).toBeNull();
    expect(alice.room.receipts.noteHead(honest, n).alarm?.code).toBe("ROLLBACK");
    expect(alice.room.pausingAlarms.map(({ code }) => code)).toEqual(["ROLLBACK"]);
    // Nor is it better for a relay to lie badly: what it does not even sign is told the same.
    alice.store(alice.room.resume());
    const badly = { ...honest, signature: new Uint8Array(64) };
    expect(alice.room.receipts.noteHead(badly, n)).toMatchObject({ alarm: { code: "ROLLBACK" }, isSigned: false });
    expect(alice.room.pausingAlarms.map(({ code }) => code)).toEqual(["ROLLBACK"]);
  });
});

describe("what members claim", () => {
  function claim(person: Person, log: TestLog, change: object): void {
    const { roster } = person.room;
    const { log: seen, group } = inside(person);
    const payload = encodePayload({
      ...{ nonce: MessageNonce.of(new Uint8Array(16).fill(9)), kind: "text", ref: null, body: new Uint8Array(3) },
      ...{ time: NOW, log: seen.place, roster: { seq: roster.seq, head: roster.head }, flags: 0, ttl: 0, knows: 2 },
      ...change,
    });
    log.append(forgeAppend(person, group.encrypt(payload).message, { kind: "message" }));
  }

  it("A115: RULE message.id-of-author: two people who use one nonce say two messages; one who uses it twice says one", () => {
    const { alice, bob, log } = pair();
    bob.catchUp(log);
    const nonce = MessageNonce.of(new Uint8Array(16).fill(9));
    claim(bob, log, {});
    claim(bob, log, {});
    const ids = alice
      .catchUp(log)
      .flatMap((each) =>
        each.kind === "accepted"
          ? each.events.flatMap((event) => (event.type === "message" ? [event.message.id] : []))
          : [],
      );
    expect(ids).toEqual([ids[0], ids[0]]);
    const own = alice.room.say({ nonce, kind: "text", ref: null, body: new Uint8Array(1) }, NOW);
    if (!own.ok) throw new Error(own.error.code);
    expect(own.value.message.id).not.toEqual(ids[0]);
  });

  it("an answer to what nobody asked tells nothing", () => {
    const { alice, bob, log } = pair();
    bob.catchUp(log);
    for (const kind of ["approval", "decline", "withdrawal", "proposal", "farewell", "stay"]) {
      claim(bob, log, { kind, body: new Uint8Array(32) });
      const received = alice.catchUp(log).at(-1);
      if (received?.kind !== "accepted") throw new Error(`${kind} is not taken in`);
      expect([kind, received.events.filter(({ type }) => type !== "sign" && type !== "confirmed")]).toEqual([kind, []]);
    }
  });

  it("RULE message.newer-ignored: a payload of another version is passed over: nobody is accused, nothing waits", () => {
    const { alice, bob, log } = pair();
    bob.catchUp(log);
    const { group } = inside(bob);
    const newer = encode(3, (writer, version) => writer.u16(version).opaque(new Uint8Array(40)));
    log.append(forgeAppend(bob, group.encrypt(newer).message, { kind: "message" }));
    expect(alice.catchUp(log).at(-1)).toMatchObject({ kind: "ignored", unreadable: "newer", alarm: null });
    // What is of our version and no payload is its author's fault.
    log.append(forgeAppend(bob, group.encrypt(Uint8Array.of(0, 2, 9)).message, { kind: "message" }));
    expect(alice.catchUp(log).at(-1)).toMatchObject({
      ...{ kind: "ignored", unreadable: "invalid" },
      alarm: { code: "BAD_MESSAGE", person: bob.room.self.person },
    });
    // Nor do flags or kinds that are not known yet.
    claim(bob, log, { flags: 0xff, ttl: 60, knows: 9, kind: "hologram" });
    expect(alice.catchUp(log).at(-1)).toMatchObject({ kind: "accepted", alarm: null });
    expect(alice.room.pausingAlarms).toEqual([]);
  });

  it("RULE message.idle: says so only while no commit of its own is on its way, or could still come", () => {
    const { alice, bob, log } = pair();
    bob.catchUp(log);
    const flagsOf = (): number[] =>
      alice.catchUp(log).flatMap(({ kind }) => (kind === "accepted" ? [seen.at(-1)!] : []));
    const seen: number[] = [];
    const { group } = inside(alice);
    const apply = group.apply.bind(group);
    group.apply = (staged) => {
      if (staged.kind === "application") {
        const payload = decodePayload(staged.data);
        if (payload.ok) seen.push(payload.value.flags);
      }
      return apply(staged);
    };
    bob.say(log, "idle");
    expect(flagsOf()).toEqual([PayloadFlag.idle]);
    const made = bob.room.act({ type: "rekey" }, { now: NOW });
    if (!made.ok) throw new Error(made.error.code);
    bob.say(log, "a commit is pending");
    bob.store(bob.room.discardPending());
    bob.say(log, "it was given up, and may come all the same");
    expect(flagsOf()).toEqual([0, 0]);
  });

  it("RULE freshness.own-log: a message shows how far its author had read our log; one of another log shows nothing (attack A121)", () => {
    const { alice, bob, log } = pair();
    bob.catchUp(log);
    const signs = (of: typeof alice = alice) =>
      of
        .catchUp(log)
        .flatMap((received) => (received.kind === "accepted" ? received.events : []))
        .flatMap((event) => (event.type === "sign" ? [event.sign] : []));
    const seen = bob.room.cursor.n;
    bob.say(log, "here");
    const sign = { person: bob.room.self.person, leaf: bob.room.self.leaf, isIdle: true, seen, time: NOW };
    expect(signs()).toEqual([sign]);
    claim(bob, log, { nonce: new Uint8Array(16).fill(8), log: { n: seen, head: new Uint8Array(32) } });
    expect(signs()).toEqual([]);
    claim(bob, log, { nonce: new Uint8Array(16).fill(9), flags: 0 });
    expect(signs()).toMatchObject([{ isIdle: false }]);
    // What is said of a place that Bob cannot compare says nothing of when.
    bob.catchUp(log);
    const { heads } = inside(bob).log as unknown as { heads: Map<number, Uint8Array> };
    heads.delete(0);
    claim(alice, log, { log: { n: 0, head: new Uint8Array(32) } });
    expect(signs(bob)).toMatchObject([{ seen: null }]);
  });

  it("RULE room.gossip: a member that saw another log tells on the relay; nobody is paused by a member's word", () => {
    const { alice, bob, log } = pair();
    bob.catchUp(log);
    claim(bob, log, { log: { n: bob.room.cursor.n, head: new Uint8Array(32) } });
    expect(alice.catchUp(log).at(-1)).toMatchObject({
      kind: "accepted",
      alarm: { code: "FORK", person: bob.room.self.person },
    });
    expect(alice.room.pausingAlarms).toEqual([]);
    alice.catchUp(log);
    claim(bob, log, { nonce: new Uint8Array(16).fill(8), log: { n: 1000, head: new Uint8Array(32) } });
    expect(alice.catchUp(log).at(-1)).toMatchObject({ alarm: { code: "FORK" } });
  });

  it("RULE room.same-roster: a message that claims another roster in the same epoch is not shown", () => {
    const { alice, bob, log } = pair();
    const { seq, head } = bob.room.roster;
    for (const roster of [
      { seq, head: new Uint8Array(32) },
      { seq: seq + 1, head },
      { seq: 99, head: new Uint8Array(32) },
    ]) {
      claim(bob, log, { roster });
      expect(alice.catchUp(log).at(-1)).toMatchObject({
        kind: "ignored",
        unreadable: "invalid",
        alarm: { code: "BAD_MESSAGE" },
      });
    }
  });

  it("RULE room.message-epoch: an old message in a new envelope", () => {
    const { alice, bob, log } = pair();
    bob.catchUp(log);
    const old = inside(bob).group.encrypt(new Uint8Array(3)).message;
    expect(alice.act(log, { type: "rekey" })).toBeNull();
    for (const person of [alice, bob]) person.catchUp(log);
    log.append(forgeAppend(bob, old, { kind: "message" }));
    expect(alice.catchUp(log).at(-1)).toMatchObject({ kind: "rejected", rejection: { code: "wrong_epoch" } });
    expect(alice.received.at(-1)).toMatchObject({ alarm: { code: "ALTERED", person: null } });
  });

  it("RULE room.message-bare: a message to which the relay has tied something is junk for all, its author too", () => {
    const { alice, bob, log } = pair();
    bob.catchUp(log);
    expect(bob.say(log, "mine")).toBe(true);
    const honest = log.items.pop()!;
    if (honest.pruned) throw new Error("pruned");
    log.items.push({ ...honest, attachment: new Uint8Array(8) });
    for (const person of [alice, bob])
      expect(person.catchUp(log).at(-1)).toMatchObject({ kind: "rejected", alarm: { code: "JUNK" } });
    log.items.push({ ...honest, n: honest.n + 1 });
    expect(bob.catchUp(log).at(-1)).toMatchObject({ kind: "accepted", events: [{ type: "sent" }] });
    expect(alice.catchUp(log).at(-1)).toMatchObject({ kind: "accepted" });
  });

  it("RULE room.junk-is-cheap: bytes that no member sealed are dropped, as message and as commit", () => {
    const { alice, bob, log } = pair();
    const before = alice.room.code();
    for (const kind of ["message", "commit"] as const) {
      const honest = forgeAppend(bob, new Uint8Array(10), { kind });
      log.append({ ...honest, payload: new Uint8Array(400).fill(3) });
      expect(alice.catchUp(log).at(-1)).toMatchObject({ kind: "rejected", alarm: { code: "JUNK", person: null } });
      bob.catchUp(log);
    }
    expect(alice.room.code()).toBe(before);
  });
});

describe("a copied device", () => {
  it("A64: RULE room.restored: it finds its own messages in the log, and never sends again", () => {
    const { alice, bob, log } = pair();
    const copy = new Person(bob.primitives, "Bob");
    for (const [key, value] of bob.records) copy.records.set(key, value);
    bob.catchUp(log);
    expect(bob.say(log, "from the original")).toBe(true);
    copy.restart();
    expect(copy.room.say({ kind: "text", ref: null, body: new Uint8Array(1) }, NOW)).toMatchObject({
      error: { code: "not_caught_up" },
    });
    const seen = copy.catchUp(log);
    expect(seen.at(-1)).toMatchObject({ kind: "rejected", alarm: { code: "RESTORED" } });
    expect(copy.room.say({ kind: "text", ref: null, body: new Uint8Array(1) }, NOW)).toMatchObject({
      error: { code: "paused" },
    });
    copy.store(copy.room.resume());
    expect(copy.room.pausingAlarms.map(({ code }) => code)).toEqual(["RESTORED"]);
    expect(alice.catchUp(log).at(-1)!.kind).toBe("accepted");
  });

  it("A64: RULE room.restored: a commit of its own that it does not know tells it too", () => {
    const { alice, bob, log } = pair();
    bob.catchUp(log);
    const copy = new Person(bob.primitives, "Bob");
    for (const [key, value] of bob.records) copy.records.set(key, value);
    copy.restart();
    expect(bob.act(log, { type: "rekey" })).toBeNull();
    expect(copy.catchUp(log).at(-1)).toMatchObject({ kind: "rejected", alarm: { code: "RESTORED" } });
    expect(bob.catchUp(log).at(-1)).toMatchObject({ kind: "accepted", alarm: null });
    expect(alice.catchUp(log).at(-1)).toMatchObject({ kind: "accepted", alarm: null });
  });

  it("is not what a relay makes of us that repeats our own messages, also after a restart", () => {
    const { alice, bob, log } = pair();
    bob.catchUp(log);
    expect(bob.say(log, "once")).toBe(true);
    const copy = log.items.at(-1)!;
    bob.catchUp(log);
    for (const isRestarted of [false, true]) {
      if (isRestarted) bob.restart();
      log.items.push({ ...copy, n: log.items.length + 1 });
      expect(bob.catchUp(log).at(-1)).toMatchObject({ kind: "ignored", unreadable: "replayed" });
      expect(bob.room.pausingAlarms).toEqual([]);
    }
    expect(alice.catchUp(log).length).toBeGreaterThan(0);
  });

  it("RULE room.stop: nothing is sent while joining, before the log was read, or after being taken out", () => {
    const { alice, bob, log } = pair();
    const say = (person: Person) => {
      const said = person.room.say({ kind: "text", ref: null, body: new Uint8Array(1) }, NOW);
      return said.ok ? "ok" : said.error.code;
    };
    bob.restart();
    expect(say(bob)).toBe("not_caught_up");
    expect(bob.act(log, { type: "rekey" })).toBe("not_caught_up");
    expect(alice.act(log, { type: "remove", person: bob.room.self.person, ban: false })).toBeNull();
    bob.catchUp(log);
    expect(say(bob)).toBe("not_active");
    alice.catchUp(log);
    expect(say(alice)).toBe("ok");
  });

  it("RULE room.stop: nothing is said, decided or sent again after a proven lie, until a person goes on", () => {
    const { alice, log, tag } = pair();
    const say = () => alice.room.say({ kind: "text", ref: null, body: new Uint8Array(1) }, NOW);
    const resend = () =>
      alice.room.resend({
        nonce: MessageNonce.of(new Uint8Array(16)),
        kind: "text",
        ref: null,
        body: new Uint8Array(1),
        time: NOW,
      });
    const decide = () => alice.room.act({ type: "setTitle", title: "Meadow" }, { now: NOW });
    const made = decide();
    if (!made.ok) throw new Error(made.error.code);
    alice.store(made.value.delta);
    const { n } = alice.room.cursor;
    for (const byte of [1, 2])
      alice.store(alice.room.receipts.noteHead(head({ n, head: new Uint8Array(32).fill(byte) }, tag)).delta);
    for (const isRestarted of [false, true]) {
      if (isRestarted) alice.restart();
      alice.catchUp(log);
      expect(alice.room.pausingAlarms.map(({ code }) => code)).toContain("EQUIVOCATION");
      for (const tried of [say(), resend(), decide()]) expect(tried).toMatchObject({ error: { code: "paused" } });
      // It is kept, and does not go.
      expect(alice.room.pending).not.toBeNull();
      expect(alice.room.renewPending()).toBeNull();
    }
    alice.store(alice.room.resume());
    const renewed = alice.room.renewPending()!;
    alice.store(renewed.delta);
    expect(log.append(renewed.append)).toBe(true);
    alice.catchUp(log);
    expect([alice.room.roster.title, alice.room.pending, say().ok]).toEqual(["Meadow", null, true]);
  });

  it("RULE room.stop: a copied device says and decides nothing, also when a person goes on; its commit does not go", () => {
    const { bob, log } = pair();
    const made = bob.room.act({ type: "rekey" }, { now: NOW });
    if (!made.ok) throw new Error(made.error.code);
    bob.store(made.value.delta);
    const copy = new Person(bob.primitives, "Bob");
    for (const [key, value] of bob.records) copy.records.set(key, value);
    bob.catchUp(log);
    expect(bob.say(log, "from the original")).toBe(true);
    copy.restart();
    copy.catchUp(log);
    copy.store(copy.room.resume());
    expect(copy.room.say({ kind: "text", ref: null, body: new Uint8Array(1) }, NOW)).toMatchObject({
      error: { code: "paused", detail: "RESTORED" },
    });
    expect(copy.act(log, { type: "rekey" })).toBe("paused");
    expect(copy.room.pending).not.toBeNull();
    expect(copy.room.renewPending()).toBeNull();
  });

  it("RULE room.export-apart: an application's secrets are not the protocol's", () => {
    const { alice, bob } = pair();
    expect(alice.room.export("app", new Uint8Array(0), 32)).toEqual(bob.room.export("app", new Uint8Array(0), 32));
    expect(() => alice.room.export("conclave/envelope", new Uint8Array(0), 32)).toThrow(RangeError);
  });
});
