import type { Result } from "@conclave/codec";
import { describe, expect, it } from "vitest";
import { preset } from "../policy/presets.js";
import type { Rejection } from "../policy/rejection.js";
import type { Action } from "../roster/action.js";
import type { OutgoingMessage } from "./outcome.js";
import { founded, invite, join, NOW, type Person, type TestLog } from "./testRelay.fixture.js";

/** Five admins, three of whom decide. */
function five() {
  const { alice, log } = founded(preset("admins:3"));
  const admins = invite(alice, log, { role: "admin" });
  const [bob, carol, dora, mallory] = ["Bob", "Carol", "Dora", "Mallory"].map((name) =>
    join(alice, name, log, admins),
  ) as [Person, Person, Person, Person];
  const everybody = () => {
    for (const each of [alice, bob, carol, dora, mallory]) each.catchUp(log);
  };
  everybody();
  expect(alice.act(log, { type: "rekey" })).toBeNull();
  everybody();
  const removal: Action = { type: "remove", person: mallory.room.self.person, ban: false };
  return { alice, bob, carol, dora, mallory, log, everybody, removal };
}

function say(who: Person, log: TestLog, said: Result<OutgoingMessage, Rejection>): void {
  if (!said.ok) throw new Error(said.error.code);
  who.store(said.value.delta);
  expect(log.append(said.value.append)).toBe(true);
}

function propose(who: Person, log: TestLog, action: Action) {
  const { hash, delta } = who.room.proposals.note(action);
  who.store(delta);
  say(who, log, who.room.proposals.propose(action, NOW));
  return hash;
}

/** A commit of this member, stored and not sent. */
function commit(who: Person, action: Action | { readonly type: "rekey" }) {
  const made = who.room.act(action, { now: NOW });
  if (!made.ok) throw new Error(made.error.code);
  who.store(made.value.delta);
  return made.value.append;
}

describe("what a commit rests on that is on its way", () => {
  it("A151: RULE room.taken-back-unsent: of two yeses it takes one that is taken back, and the proposal itself", () => {
    const { alice, bob, carol, log, everybody, removal } = five();
    const hash = propose(alice, log, removal);
    everybody();
    for (const each of [bob, carol]) say(each, log, each.room.proposals.approve(hash, NOW));
    everybody();
    commit(alice, removal);
    expect(alice.room.isPendingTakenBack).toBe(false);
    say(carol, log, carol.room.proposals.decline(hash, NOW));
    everybody();
    expect(alice.room.isPendingTakenBack).toBe(true);
    alice.restart();
    expect(alice.room.isPendingTakenBack).toBe(true);
    alice.store(alice.room.discardPending());
    alice.catchUp(log);
    expect(alice.act(log, removal)).toBe("approvals_missing");
    say(carol, log, carol.room.proposals.approve(hash, NOW));
    everybody();
    // It is the same commit as before, and rests on what is given again.
    commit(alice, removal);
    expect(alice.room.isPendingTakenBack).toBe(false);
    say(alice, log, alice.room.proposals.withdraw(hash, NOW));
    everybody();
    expect(alice.room.isPendingTakenBack).toBe(true);
  });

  it("a commit that was given up is made again for the same thing only, be it new keys or a decision", () => {
    const { alice, log, everybody } = five();
    const title = (title: string): Action => ({ type: "setTitle", title });
    const keys = commit(alice, { type: "rekey" });
    alice.store(alice.room.discardPending());
    expect(alice.room.hasWithdrawn).toBe(true);
    const meadow = commit(alice, title("Meadow"));
    expect(meadow.payload).not.toEqual(keys.payload);
    alice.store(alice.room.discardPending());
    expect(commit(alice, title("Orchard")).payload).not.toEqual(meadow.payload);
    alice.store(alice.room.discardPending());
    expect(commit(alice, { type: "rekey" }).payload).toEqual(keys.payload);
    alice.store(alice.room.discardPending());
    const again = commit(alice, title("Meadow"));
    expect(again.payload).toEqual(meadow.payload);
    expect(log.append(again)).toBe(true);
    everybody();
    expect([alice.room.roster.title, alice.room.hasWithdrawn]).toEqual(["Meadow", false]);
  });
});

describe("who asks for something and what becomes of it", () => {
  it("an approval that was given again is there once, and a no takes it back from where it is", () => {
    const { alice, bob, carol, dora, log, everybody, removal } = five();
    const hash = propose(alice, log, removal);
    everybody();
    for (const each of [bob, carol]) say(each, log, each.room.proposals.approve(hash, NOW));
    everybody();
    const yes = (who: Person) => who.room.proposals.list()[0]!.yes;
    for (const each of [alice, dora]) {
      expect(yes(each)).toEqual([bob.room.self.person, carol.room.self.person]);
      expect(each.records.size).toBeGreaterThan(0);
    }
    say(bob, log, bob.room.proposals.decline(hash, NOW));
    everybody();
    for (const each of [alice, dora, bob]) {
      expect(yes(each)).toEqual([carol.room.self.person]);
      each.restart();
      expect(yes(each)).toEqual([carol.room.self.person]);
      each.catchUp(log);
    }
    say(bob, log, bob.room.proposals.approve(hash, NOW));
    everybody();
    expect(yes(alice)).toEqual([carol.room.self.person, bob.room.self.person]);
    expect(alice.room.proposals.list()[0]!.declinedBy).toEqual([]);
  });

  it("what was asked for goes with who asked, and stays while others ask; what is done is gone for all", () => {
    const { alice, bob, carol, mallory, log, everybody, removal } = five();
    const role: Action = { type: "setRole", person: carol.room.self.person, role: "member" };
    propose(mallory, log, role);
    everybody();
    const mine: Action = { type: "setRole", person: bob.room.self.person, role: "member" };
    propose(mallory, log, mine);
    propose(alice, log, mine);
    const hash = propose(alice, log, removal);
    everybody();
    for (const each of [bob, carol]) say(each, log, each.room.proposals.approve(hash, NOW));
    everybody();
    const asked = (who: Person) => who.room.proposals.list().map(({ action, by, alsoBy }) => [action.type, by, alsoBy]);
    expect(alice.act(log, removal)).toBeNull();
    everybody();
    for (const each of [alice, bob, carol]) {
      expect(asked(each)).toEqual([["setRole", alice.room.self.person, []]]);
      each.restart();
      expect(asked(each)).toEqual([["setRole", alice.room.self.person, []]]);
    }
  });
});
