import { nodeCrypto as crypto } from "@conclave/crypto/node";
import {
  type Action,
  ActionHash,
  actionHash,
  type DecisionRecord,
  InviteId,
  LeafKey,
  PersonId,
  RoomId,
} from "@conclave/protocol";
import { describe, expect, it } from "vitest";
import { MemoryStorage } from "../memory/memoryStorage.js";
import { DecisionLog } from "./decisionLog.js";
import { RoomKeys } from "./homeKey.js";
import { Transaction } from "./transaction.js";

const person = (n: number) => PersonId.of(new Uint8Array(32).fill(n));
const [you, alice, bob, carol, stranger] = [person(1), person(2), person(3), person(4), person(9)];
const keys = new RoomKeys(RoomId.of(new Uint8Array(32)));

/** A room that you look at, with these people in it. */
function room(...people: readonly PersonId[]) {
  const log = new DecisionLog(crypto, keys, you, []);
  let seq = 0;
  const take = (by: PersonId, about: PersonId, action: Action) => {
    const decision: DecisionRecord = {
      ...{ seq: seq++, hash: new Uint8Array(32), by, approvedBy: [], time: 0, epoch: 0, action },
      ...{ person: about, name: "Somebody", inviteId: null, revokedInvites: [], sshKey: null },
    };
    return log.take(decision, 0);
  };
  const letIn = (who: PersonId) => take(alice, who, { type: "add", leafCert: new Uint8Array(0), role: "member" });
  const claim = (by: PersonId, after: PersonId | null) => {
    const leaf = LeafKey.of(new Uint8Array(32));
    const logged = take(by, by, { type: "reseat", leafCert: new Uint8Array(0), leaf, after });
    return [logged.after, logged.isAgain];
  };
  for (const each of people) letIn(each);
  return { letIn, claim };
}

describe("whom a device names when it comes back", () => {
  it("is told where it is somebody else who is, or was, in the room, and not a name of later", () => {
    const { claim, letIn } = room(you, alice, bob);
    expect(claim(alice, bob)).toEqual([bob, false]);
    expect(claim(alice, null)).toEqual([null, false]);
    expect(claim(alice, alice)).toEqual([null, false]);
    expect(claim(alice, carol)).toEqual([null, false]);
    letIn(carol);
    expect(claim(alice, carol)).toEqual([carol, false]);
  });

  it("A107: RULE client.claims-counted: what names nobody counts for nothing, nor what was said before they were let in again", () => {
    const { claim, letIn } = room(you, alice, bob, carol);
    expect([claim(you, stranger), claim(alice, stranger)]).toEqual([
      [null, false],
      [null, false],
    ]);
    for (let n = 0; n < 5; n++) expect(claim(alice, bob)).toEqual([bob, false]);
    expect(claim(carol, bob)).toEqual([bob, true]);
    letIn(bob);
    expect(claim(carol, bob)).toEqual([bob, false]);
    expect(claim(you, bob)).toEqual([bob, true]);
  });
});

describe("what was decided in a room", () => {
  const titled = (seq: number, by: PersonId, title = `title ${String(seq)}`): DecisionRecord => ({
    ...{ seq, hash: new Uint8Array(32), by, approvedBy: [], time: 1000 + seq, epoch: seq },
    ...{
      action: { type: "setTitle", title },
      person: null,
      name: null,
      inviteId: null,
      revokedInvites: [],
      sshKey: null,
    },
  });
  const added = (seq: number, about: PersonId, name: string, by = alice): DecisionRecord => ({
    ...titled(seq, by),
    ...{ action: { type: "add", leafCert: new Uint8Array(0), role: "member" }, person: about, name },
  });
  const about = (seq: number, by: PersonId, who: PersonId, action: Action): DecisionRecord => ({
    ...{ ...titled(seq, by), action },
    person: who,
  });

  /** A log, and a storage that keeps what changes in it. */
  function kept() {
    const storage = new MemoryStorage();
    const load = async () => new DecisionLog(crypto, keys, you, await storage.range({ prefix: keys.decisions }));
    const change = async <T>(work: (tx: Transaction) => T): Promise<T> => {
      const tx = new Transaction();
      const result = work(tx);
      await storage.commit(tx.writes);
      return result;
    };
    return { load, change };
  }

  const seqs = (log: DecisionLog) => log.entries.map(({ decision, n }) => [decision.seq, n]);
  const titles = (log: DecisionLog) =>
    log.entries.map(({ decision: { action } }) => (action.type === "setTitle" ? action.title : action.type));

  it("is kept in its order, each at its place of the log, also where that is learned later", async () => {
    const { load, change } = kept();
    const log = await load();
    await change((tx) => {
      for (const seq of [0, 1, 2]) log.add(tx, titled(seq, alice), seq * 10);
    });
    expect(seqs(await load())).toEqual([
      [0, 0],
      [1, 10],
      [2, 20],
    ]);
    expect(await change((tx) => log.place(tx, 7, 5))).toBeNull();
    expect(await change((tx) => log.place(tx, 1, 15))).toMatchObject({ n: 15, decision: { seq: 1 } });
    for (const each of [log, await load()])
      expect(seqs(each)).toEqual([
        [0, 0],
        [1, 15],
        [2, 20],
      ]);
    expect([log.find(1)?.n, log.find(9)]).toEqual([15, null]);
  });

  it("is found by its number, also where the list does not begin with the first", () => {
    const log = new DecisionLog(crypto, keys, you, []);
    for (const seq of [3, 4, 5]) log.take(titled(seq, alice), 0);
    expect([3, 4, 5].map((seq) => log.find(seq)?.decision.seq)).toEqual([3, 4, 5]);
    expect([log.find(0), log.find(6)]).toEqual([null, null]);
  });

  it("gives way, from one decision on, to what was decided instead; names and roles are those of what is left", async () => {
    const { load, change } = kept();
    const log = await load();
    await change((tx) => {
      log.add(tx, added(0, alice, "Alice"), 0);
      log.add(tx, added(1, bob, "Bob"), 1);
      log.add(tx, added(2, carol, "Carol"), 2);
      log.add(tx, titled(3, bob), 3);
    });
    await change((tx) => {
      log.replace(tx, []);
    });
    expect(seqs(log)).toHaveLength(4);
    await change((tx) => {
      log.replace(tx, [titled(2, alice, "instead")]);
    });
    for (const each of [log, await load()]) {
      expect(titles(each)).toEqual(["add", "add", "instead"]);
      expect(seqs(each)).toEqual([
        [0, 0],
        [1, 1],
        [2, 0],
      ]);
      expect([each.nameOf(bob), each.nameOf(carol)]).toEqual(["Bob", null]);
      expect([each.admissionOf(bob)?.decision.seq, each.admissionOf(carol)]).toEqual([1, null]);
    }
    await change((tx) => {
      log.clear(tx);
    });
    for (const each of [log, await load()]) expect([seqs(each), each.nameOf(bob)]).toEqual([[], null]);
  });

  it("tells which decision carried an action out, after another", () => {
    const log = new DecisionLog(crypto, keys, you, []);
    for (const [seq, title] of ["a", "b", "a"].entries()) log.take(titled(seq, bob, title), 0);
    const hash = actionHash(crypto, { type: "setTitle", title: "a" }, bob);
    expect([-1, 0, 1, 2].map((since) => log.decidedSince(since, hash)?.decision.seq)).toEqual([0, 2, 2, undefined]);
    expect(log.decidedSince(-1, ActionHash.of(new Uint8Array(32)))).toBeNull();
  });

  it("says which role its author had at that time", () => {
    const log = new DecisionLog(crypto, keys, you, []);
    const role = (decision: DecisionRecord) => log.take(decision, 0).role;
    expect(role(added(0, bob, "Bob"))).toBeNull();
    expect(role(titled(1, bob))).toBe("member");
    log.take(about(2, alice, bob, { type: "setRole", person: bob, role: "admin" }), 0);
    expect(role(titled(3, bob))).toBe("admin");
    log.take(about(4, alice, bob, { type: "setRole", person: bob, role: "owner" }), 0);
    log.take(about(5, bob, carol, { type: "transferOwnership", person: carol }), 0);
    expect([role(titled(6, bob)), role(titled(7, carol))]).toEqual(["admin", "owner"]);
    log.take(about(8, carol, bob, { type: "remove", person: bob, ban: false }), 0);
    expect(role(titled(9, bob))).toBeNull();
    log.take(about(10, alice, carol, { type: "leave", person: carol }), 0);
    expect(role(titled(11, carol))).toBeNull();
  });

  it("says who made an invite, whose link is the permission, and who ever made themself a way back", () => {
    const log = new DecisionLog(crypto, keys, you, []);
    const inviteId = (n: number) => InviteId.of(new Uint8Array(16).fill(n));
    const invited = (seq: number, by: PersonId, type: "createInvite" | "openReturn", mode: string) =>
      log.take({ ...titled(seq, by), action: { type, invite: { inviteId: inviteId(seq), mode } } as never }, 0);
    invited(1, alice, "createInvite", "direct");
    invited(2, bob, "createInvite", "auto");
    invited(3, carol, "openReturn", "direct");
    expect([1, 2, 3, 4].map((n) => log.creatorOf(inviteId(n)))).toEqual([alice, bob, carol, null]);
    expect([1, 2, 3, 4].map((n) => log.isAuto(inviteId(n)))).toEqual([false, true, false, false]);
    expect([alice, bob, carol].map((who) => log.hasMadeReturn(who))).toEqual([false, false, true]);
    log.take(titled(4, alice), 0);
    expect(log.creatorOf(inviteId(4))).toBeNull();
  });

  it("keeps a name where a later decision about somebody gives none, and begins with who founded the room, as its owner", () => {
    const log = new DecisionLog(crypto, keys, you, []);
    const charter = { type: "charter", leafCert: new Uint8Array(0) } as unknown as Action;
    const founded = log.take({ ...titled(0, alice), action: charter }, 0);
    expect(log.admissionOf(alice)).toBe(founded);
    expect(log.nameOf(alice)).toBe("");
    expect(log.take(titled(1, alice), 0).role).toBe("owner");
    log.take(added(2, bob, "Bob"), 0);
    log.take({ ...added(3, bob, ""), name: null }, 0);
    expect(log.nameOf(bob)).toBe("Bob");
    log.take(added(4, bob, "Bobby"), 0);
    expect(log.nameOf(bob)).toBe("Bobby");
    // A name without anybody whose it is.
    log.take({ ...titled(5, alice), name: "Nobody" }, 0);
    expect([log.nameOf(alice), log.nameOf(bob), log.nameOf(you)]).toEqual(["", "Bobby", null]);
  });

  it("is not that of who only asked: a decision about a leaf is theirs alone, and lets nobody in", () => {
    const log = new DecisionLog(crypto, keys, you, []);
    const device = { type: "addDevice", leafCert: new Uint8Array(0) } as unknown as Action;
    log.take({ ...titled(0, bob), action: device, person: bob, name: "Bob" }, 0);
    expect([log.nameOf(bob), log.admissionOf(bob)]).toEqual(["Bob", null]);
    expect(log.take(titled(1, bob), 0).role).toBeNull();
  });
});
