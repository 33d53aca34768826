import type { Result } from "@conclave/codec";
import { nodeCrypto } from "@conclave/crypto/node";
import { recordDigest } from "@conclave/wire";
import { describe, expect, it } from "vitest";
import type { ActionHash } from "../encoding/ids.js";
import { preset } from "../policy/presets.js";
import type { Action } from "../roster/action.js";
import type { Rejection } from "../policy/rejection.js";
import type { OutgoingMessage } from "./outcome.js";
import { founded, invite, join, NOW, type Person, type TestLog } from "./testRelay.fixture.js";

/** Four admins, of whom two decide. */
function four() {
  const { alice, log } = founded(preset("admins", 2));
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
  const { hash, delta } = who.room.noteProposal(action);
  who.store(delta);
  say(who, log, who.room.propose(action, NOW));
  return hash;
}

const raw = (who: Person, kind: string, body: Uint8Array) => who.room.say({ kind, ref: null, body }, NOW);

const yes = (who: Person) => who.room.proposals().map((each) => each.yes);

describe("what people ask of each other", () => {
  it("A151: RULE proposals.own-approval: a yes that was taken back is brought up again by nobody else, also for a proposal made anew", () => {
    const { alice, bob, carol, mallory, log, everybody } = four();
    const role = { type: "setRole", person: mallory.room.self.person, role: "owner" } as const;
    const hash = propose(alice, log, role);
    everybody();
    const given = say(bob, log, bob.room.approve(hash, NOW)).message.body;
    everybody();
    say(bob, log, bob.room.declineProposal(hash, NOW));
    everybody();
    say(mallory, log, raw(mallory, "approval", given));
    everybody();
    for (const each of [alice, bob, carol]) {
      expect(yes(each)).toEqual([[]]);
      expect(each.room.proposals()[0]!.declinedBy).toEqual([bob.room.self.person]);
    }
    say(alice, log, alice.room.withdrawProposal(hash, NOW));
    propose(mallory, log, role);
    everybody();
    say(mallory, log, raw(mallory, "approval", given));
    everybody();
    expect(yes(alice)).toEqual([[]]);
    expect(bob.room.proposals()[0]).toMatchObject({ isWanted: false });
  });

  it("A151: RULE proposals.withdraw-own: who asks first does not take it back from others who ask for the same", () => {
    const { alice, bob, carol, mallory, log, everybody } = four();
    const removal = { type: "remove", person: mallory.room.self.person, ban: false } as const;
    const hash = propose(mallory, log, removal);
    everybody();
    propose(alice, log, removal);
    say(alice, log, alice.room.approve(hash, NOW));
    everybody();
    for (const each of [bob, carol]) each.restart();
    say(mallory, log, mallory.room.withdrawProposal(hash, NOW));
    everybody();
    for (const each of [bob, carol]) {
      expect(each.room.proposals()).toMatchObject([{ by: alice.room.self.person, alsoBy: [] }]);
      expect(yes(each)).toEqual([[alice.room.self.person]]);
    }
    // Nor does it go with who asked first: Alice still asks.
    const other = { type: "setRole", person: carol.room.self.person, role: "member" } as const;
    propose(mallory, log, other);
    everybody();
    propose(alice, log, other);
    say(bob, log, bob.room.approve(hash, NOW));
    everybody();
    expect(bob.act(log, removal)).toBeNull();
    everybody();
    expect(mallory.room.status).toBe("removed");
    expect(carol.room.proposals()).toMatchObject([{ action: other, by: alice.room.self.person }]);
    // When nobody asks any more it is gone.
    say(alice, log, alice.room.withdrawProposal(carol.room.proposals()[0]!.actionHash, NOW));
    everybody();
    expect(carol.room.proposals()).toEqual([]);
  });

  it("A150: RULE proposals.not-overtaken: a farewell that was taken back is not brought up again by the relay that held its first ciphertext", () => {
    const { alice, bob, carol, log, everybody } = four();
    const first = bob.room.farewell(NOW);
    if (!first.ok) throw new Error(first.error.code);
    bob.store(first.value.delta);
    // The relay calls it stale; a commit comes first; Bob says it anew, and takes it back.
    expect(alice.act(log, { type: "rekey" })).toBeNull();
    everybody();
    say(bob, log, bob.room.resend(first.value.message));
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
});
