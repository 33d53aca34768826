import type { Result } from "@conclave/codec";
import { nodeCrypto } from "@conclave/crypto/node";
import { recordDigest } from "@conclave/wire";
import { describe, expect, it } from "vitest";
import type { ActionHash } from "../encoding/ids.js";
import { preset } from "../policy/presets.js";
import { type Action, actionHash, encodeAction } from "../roster/action.js";
import { signApproval } from "../roster/approval.js";
import type { Rejection } from "../policy/rejection.js";
import { inside } from "./forger.fixture.js";
import type { OutgoingMessage } from "./outcome.js";
import { founded, invite, join, NOW, type Person, type TestLog } from "./testRelay.fixture.js";

/** Four admins, of whom two decide. */
function four() {
  const { alice, log } = founded(preset("admins:2"));
  const admins = invite(alice, log, { role: "admin" });
  const [bob, carol] = [join(alice, "Bob", log, admins), join(alice, "Carol", log, admins)];
  const mallory = join(alice, "Mallory", log, admins);
  for (const each of [alice, bob, carol, mallory]) each.catchUp(log);
  expect(alice.act(log, { type: "rekey" })).toBeNull();
  const all = [alice, bob, carol, mallory];
  for (const each of all) each.catchUp(log);
  const everybody = () => {
    for (const each of all) each.catchUp(log);
  };
  return { alice, bob, carol, mallory, log, everybody };
}

/** Says it, and gives what was said. */
function say(who: Person, log: TestLog, said: Result<OutgoingMessage, Rejection>): OutgoingMessage {
  if (!said.ok) throw new Error(said.error.code);
  who.store(said.value.delta);
  expect(log.append(said.value.append)).toBe(true);
  return said.value;
}

function propose(who: Person, log: TestLog, action: Action): ActionHash {
  const { hash, delta } = who.room.proposals.note(action);
  who.store(delta);
  say(who, log, who.room.proposals.propose(action, NOW));
  return hash;
}

/** A commit of this member, stored and not sent. */
function commit(who: Person, action: Action): void {
  const made = who.room.act(action, { now: NOW });
  if (!made.ok) throw new Error(made.error.code);
  who.store(made.value.delta);
}

const raw = (who: Person, kind: string, body: Uint8Array) => who.room.say({ kind, ref: null, body }, NOW);

const yes = (who: Person) => who.room.proposals.list().map((each) => each.yes);

describe("what people ask of each other", () => {
  it("A151: RULE proposals.own-approval: a yes that was taken back is brought up again by nobody else, also for a proposal made again", () => {
    const { alice, bob, carol, mallory, log, everybody } = four();
    const role = { type: "setRole", person: carol.room.self.person, role: "member" } as const;
    const hash = propose(alice, log, role);
    everybody();
    const given = say(bob, log, bob.room.proposals.approve(hash, NOW)).message.body;
    everybody();
    say(bob, log, bob.room.proposals.decline(hash, NOW));
    everybody();
    say(mallory, log, raw(mallory, "approval", given));
    everybody();
    for (const each of [alice, bob, carol]) {
      expect(yes(each)).toEqual([[]]);
      expect(each.room.proposals.list()[0]!.declinedBy).toEqual([bob.room.self.person]);
    }
    say(alice, log, alice.room.proposals.withdraw(hash, NOW));
    propose(mallory, log, role);
    everybody();
    say(mallory, log, raw(mallory, "approval", given));
    everybody();
    expect(yes(alice)).toEqual([[]]);
    expect(bob.room.proposals.list()[0]).toMatchObject({ isWanted: false });
  });

  it("A151: RULE proposals.withdraw-own: who asks first does not take it back from others who ask for the same", () => {
    const { alice, bob, carol, mallory, log, everybody } = four();
    const demotion = { type: "setRole", person: mallory.room.self.person, role: "member" } as const;
    const hash = propose(mallory, log, demotion);
    everybody();
    propose(alice, log, demotion);
    say(alice, log, alice.room.proposals.approve(hash, NOW));
    everybody();
    for (const each of [bob, carol]) each.restart();
    say(mallory, log, mallory.room.proposals.withdraw(hash, NOW));
    everybody();
    for (const each of [bob, carol]) {
      expect(each.room.proposals.list()).toMatchObject([{ by: alice.room.self.person, alsoBy: [] }]);
      expect(yes(each)).toEqual([[alice.room.self.person]]);
    }
    say(alice, log, alice.room.proposals.withdraw(hash, NOW));
    // Nor does it go with who asked first: Alice still asks.
    const removal = { type: "remove", person: mallory.room.self.person, ban: false } as const;
    say(alice, log, alice.room.proposals.approve(propose(alice, log, removal), NOW));
    const other = { type: "setRole", person: carol.room.self.person, role: "member" } as const;
    propose(mallory, log, other);
    everybody();
    propose(alice, log, other);
    everybody();
    expect(bob.act(log, removal)).toBeNull();
    everybody();
    expect(mallory.room.status).toBe("removed");
    expect(carol.room.proposals.list()).toMatchObject([{ action: other, by: alice.room.self.person }]);
    // When nobody asks any more it is gone.
    say(alice, log, alice.room.proposals.withdraw(carol.room.proposals.list()[0]!.actionHash, NOW));
    everybody();
    expect(carol.room.proposals.list()).toEqual([]);
  });

  it("A150: RULE proposals.not-overtaken: a farewell that was taken back is not brought up again by the relay that held its first ciphertext", () => {
    const { alice, bob, carol, log, everybody } = four();
    const first = bob.room.farewell(NOW);
    if (!first.ok) throw new Error(first.error.code);
    bob.store(first.value.delta);
    // The relay calls it stale; a commit comes first; Bob says it again, and takes it back.
    expect(alice.act(log, { type: "rekey" })).toBeNull();
    everybody();
    say(bob, log, bob.room.resend({ ...first.value.message, nonce: first.value.nonce }));
    everybody();
    expect(alice.room.farewells()).toHaveLength(1);
    say(bob, log, bob.room.stay(NOW));
    const { kind, epoch, payload, attachment } = first.value.append;
    log.items.push({ n: log.items.length + 1, kind, epoch, payload, attachment, time: 0, pruned: false });
    everybody();
    for (const each of [alice, bob, carol]) expect(each.room.farewells()).toEqual([]);
    expect(alice.act(log, { type: "leave", person: bob.room.self.person })).toBe("bad_farewell");
    // A new one is one again.
    say(bob, log, bob.room.farewell(NOW));
    everybody();
    expect(alice.room.farewells()).toHaveLength(1);
  });

  it("A150: RULE proposals.farewell-over-gap: nobody is let go over deleted messages, in which they may have taken it back", () => {
    const { alice, bob, carol, log } = four();
    say(bob, log, bob.room.farewell(NOW));
    for (const each of [alice, carol]) each.catchUp(log);
    say(bob, log, bob.room.stay(NOW));
    bob.catchUp(log);
    const item = log.items.at(-1)!;
    if (item.pruned) throw new Error("deleted already");
    const digest = recordDigest((data) => nodeCrypto.hash("sha256", data), item);
    const received = alice.room.receive({ n: item.n, time: 0, pruned: true, ...digest }, item.n + 1);
    if (received.kind === "deferred") throw new Error(received.reason);
    alice.store(received.delta);
    expect(alice.room.farewells()).toEqual([]);
    alice.restart();
    expect(alice.room.farewells()).toEqual([]);
    carol.catchUp(log);
    expect(carol.room.farewells()).toEqual([]);
  });

  it("A150: RULE room.taken-back-unsent: a commit for a farewell that was taken back before it got into the log is given up, and not made again", () => {
    const { alice, bob, log } = four();
    const leave = { type: "leave", person: bob.room.self.person } as const;
    say(bob, log, bob.room.farewell(NOW));
    alice.catchUp(log);
    commit(alice, leave);
    expect(alice.room.isPendingTakenBack).toBe(false);
    say(bob, log, bob.room.stay(NOW));
    alice.catchUp(log);
    alice.restart();
    alice.catchUp(log);
    expect(alice.room.isPendingTakenBack).toBe(true);
    alice.store(alice.room.discardPending());
    expect(alice.room.act(leave, { now: NOW })).toMatchObject({ ok: false, error: { code: "bad_farewell" } });
    // It is the same commit once the farewell is said again.
    say(bob, log, bob.room.farewell(NOW));
    alice.catchUp(log);
    commit(alice, leave);
    expect(alice.room.isPendingTakenBack).toBe(false);
  });

  it("A151: RULE room.taken-back-unsent: a commit for which a yes was taken back before it got into the log is given up", () => {
    const { alice, bob, carol, log, everybody } = four();
    const action = { type: "setTitle", title: "Meadow" } as const;
    const hash = propose(alice, log, action);
    everybody();
    say(bob, log, bob.room.proposals.approve(hash, NOW));
    everybody();
    commit(alice, action);
    // A yes that came later takes nothing away.
    say(carol, log, carol.room.proposals.approve(hash, NOW));
    everybody();
    expect(alice.room.isPendingTakenBack).toBe(false);
    say(bob, log, bob.room.proposals.decline(hash, NOW));
    everybody();
    expect(alice.room.isPendingTakenBack).toBe(true);
    alice.store(alice.room.discardPending());
    // What is made of the yeses that there still are holds.
    commit(alice, action);
    expect(alice.room.isPendingTakenBack).toBe(false);
  });

  const title = (title: string): Action => ({ type: "setTitle", title });
  const titles = (who: Person) =>
    who.room.proposals.list().map(({ action }) => (action.type === "setTitle" ? action.title : action.type));

  it("A117: RULE proposals.few-of-one: who asks for very much pushes out their own, and nobody else's", () => {
    const { alice, bob, carol, mallory, log, everybody } = four();
    const removal = { type: "remove", person: mallory.room.self.person, ban: false } as const;
    const hash = propose(alice, log, removal);
    say(alice, log, alice.room.proposals.approve(hash, NOW));
    everybody();
    for (let at = 0; at < 70; at++) propose(mallory, log, title(`t${String(at)}`));
    everybody();
    for (const each of [alice, bob, carol, mallory]) {
      expect(titles(each)).toEqual(["remove", "t66", "t67", "t68", "t69"]);
      each.restart();
      each.room.caughtUp();
      expect(titles(each)).toEqual(["remove", "t66", "t67", "t68", "t69"]);
    }
    // Alice's yes counts as before.
    expect(bob.act(log, removal)).toBeNull();
    everybody();
    expect(mallory.room.status).toBe("removed");
    expect(titles(carol)).toEqual([]);
  });

  it("A117: RULE proposals.few-of-one: what another asks for too goes on as theirs", () => {
    const { alice, bob, mallory, log, everybody } = four();
    const removal = { type: "remove", person: bob.room.self.person, ban: false } as const;
    propose(mallory, log, removal);
    everybody();
    propose(alice, log, removal);
    for (let at = 0; at < 4; at++) propose(mallory, log, title(`t${String(at)}`));
    everybody();
    expect(titles(bob)).toEqual(["remove", "t0", "t1", "t2", "t3"]);
    expect(bob.room.proposals.list()[0]).toMatchObject({ by: alice.room.self.person, alsoBy: [] });
  });

  it("A117: RULE proposals.supported-last: what others have agreed to outlasts what nobody has", () => {
    const { alice, bob, carol, mallory, log, everybody } = four();
    const role = { type: "setRole", person: carol.room.self.person, role: "member" } as const;
    const hash = propose(mallory, log, role);
    everybody();
    say(bob, log, bob.room.proposals.approve(hash, NOW));
    everybody();
    for (let at = 0; at < 5; at++) propose(mallory, log, title(`t${String(at)}`));
    everybody();
    expect(titles(alice)).toEqual(["setRole", "t2", "t3", "t4"]);
    // Their own yes makes it no more than theirs.
    say(bob, log, bob.room.proposals.decline(hash, NOW));
    everybody();
    say(mallory, log, mallory.room.proposals.approve(hash, NOW));
    propose(mallory, log, title("t5"));
    everybody();
    expect(titles(alice)).toEqual(["t2", "t3", "t4", "t5"]);
  });

  it("A117: RULE proposals.possible: what its author could not do if everybody agreed is shown to nobody", () => {
    const { alice, log } = founded(preset("admins:2"));
    const [bob, carol] = [join(alice, "Bob", log, invite(alice, log)), join(alice, "Carol", log, invite(alice, log))];
    const everybody = () => {
      for (const each of [alice, bob, carol]) each.catchUp(log);
    };
    everybody();
    expect(alice.act(log, { type: "rekey" })).toBeNull();
    everybody();
    const owner = { type: "setRole", person: carol.room.self.person, role: "owner" } as const;
    const refused = [carol.room.proposals.propose(title("mine"), NOW), carol.room.proposals.propose(owner, NOW)];
    expect(refused).toMatchObject([{ error: { code: "not_allowed" } }, { error: { code: "above_own_role" } }]);
    for (const action of [title("mine"), owner]) say(carol, log, raw(carol, "proposal", encodeAction(action)));
    const events = bob.catchUp(log).flatMap((each) => (each.kind === "accepted" ? each.events : []));
    expect(events.filter(({ type }) => type === "proposal")).toEqual([]);
    everybody();
    for (const each of [alice, bob, carol]) expect(each.room.proposals.list()).toEqual([]);
    // What others have the right to, and she may carry out with their yes, she may ask for.
    propose(carol, log, { type: "remove", person: bob.room.self.person, ban: false });
    everybody();
    expect(titles(alice)).toEqual(["remove"]);
  });

  it("A117: RULE proposals.early-bounded: a yes that comes before its proposal counts when that comes", () => {
    const { alice, bob, carol, mallory, log, everybody } = four();
    const removal = { type: "remove", person: mallory.room.self.person, ban: false } as const;
    const approvalOf = (who: Person, action: Action) => {
      const { core, roster } = inside(who);
      const base = { baseSeq: roster.seq, maxSeq: roster.seq + 100, policyHash: roster.policyHash };
      const { roomId, person, leaf } = core;
      const hash = actionHash(nodeCrypto, action, alice.room.self.person);
      return signApproval(nodeCrypto, core.leafSeed, { roomId, actionHash: hash, ...base, person, leaf });
    };
    say(bob, log, raw(bob, "approval", approvalOf(bob, removal)));
    // Somebody else's many push out none of it.
    for (let at = 0; at < 70; at++) {
      say(mallory, log, raw(mallory, "approval", approvalOf(mallory, title(`t${String(at)}`))));
    }
    everybody();
    expect([...carol.records.keys()].filter((key) => key.startsWith("y/"))).toHaveLength(5);
    carol.restart();
    carol.room.caughtUp();
    propose(alice, log, removal);
    everybody();
    expect(yes(carol)).toEqual([[bob.room.self.person]]);
    expect([...carol.records.keys()].filter((key) => key.startsWith("y/"))).toHaveLength(4);
    // A no takes it back also where nobody has asked yet.
    const other = { type: "setRole", person: mallory.room.self.person, role: "member" } as const;
    say(bob, log, raw(bob, "approval", approvalOf(bob, other)));
    say(bob, log, raw(bob, "decline", actionHash(nodeCrypto, other, alice.room.self.person)));
    propose(alice, log, other);
    everybody();
    expect(yes(carol)).toEqual([[bob.room.self.person], []]);
  });

  it("A151: RULE proposals.early-not-withdrawn: a yes that crossed the withdrawal does not serve a proposal made again", () => {
    const { alice, bob, carol, mallory, log, everybody } = four();
    const role = { type: "setRole", person: carol.room.self.person, role: "member" } as const;
    const hash = propose(alice, log, role);
    everybody();
    const given = bob.room.proposals.approve(hash, NOW);
    say(alice, log, alice.room.proposals.withdraw(hash, NOW));
    say(bob, log, given);
    everybody();
    propose(mallory, log, role);
    everybody();
    expect(yes(alice)).toEqual([[]]);
    expect(yes(carol)).toEqual([[]]);
  });
});
