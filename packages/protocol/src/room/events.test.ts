import type { Result } from "@conclave/codec";
import { describe, expect, it } from "vitest";
import { preset } from "../policy/presets.js";
import type { Rejection } from "../policy/rejection.js";
import { askToJoin } from "./asking.js";
import type { OutgoingMessage, RoomEvent } from "./outcome.js";
import { founded, invite, join, NOW, Person, preview, seeded, type TestLog } from "./testRelay.fixture.js";
import { threeOfUs } from "./threeOfUs.fixture.js";

/** What the records that came since tell, without signs. */
function told(who: Person, log: TestLog): RoomEvent[] {
  const all = who.catchUp(log).flatMap((each) => (each.kind === "deferred" ? [] : [...each.events]));
  return all.filter(({ type }) => type !== "sign");
}

function say(who: Person, log: TestLog, said: Result<OutgoingMessage, Rejection>): OutgoingMessage {
  if (!said.ok) throw new Error(said.error.code);
  who.store(said.value.delta);
  expect(log.append(said.value.append)).toBe(true);
  return said.value;
}

const title = (title: string) => ({ type: "setTitle", title }) as const;

describe("what a record tells each of those who read it", () => {
  it("a decision: whose it is, and what was decided; new keys: by whom", () => {
    const { alice, bob, log } = threeOfUs();
    expect(alice.act(log, title("Meadow"))).toBeNull();
    const decision = { action: title("Meadow"), by: alice.room.self.person };
    expect(told(alice, log)).toMatchObject([{ type: "entry", own: true, decision }]);
    expect(told(bob, log)).toMatchObject([{ type: "entry", own: false, decision }]);
    expect(bob.act(log, { type: "rekey" })).toBeNull();
    for (const each of [alice, bob]) expect(told(each, log)).toEqual([{ type: "rekeyed", by: bob.room.self.person }]);
    alice.act(log, { type: "rekey" });
    alice.restart();
    expect(told(alice, log)).toEqual([{ type: "rekeyed", by: alice.room.self.person }]);
  });

  it("a lost race: what was lost, and for the how many-th time; what gets in ends the count", () => {
    const { alice, bob, log } = threeOfUs(preset("admins:1"));
    const lose = (at: number, action: Parameters<Person["act"]>[1]) => {
      expect(bob.act(log, { type: "rekey" })).toBeNull();
      expect(alice.act(log, action)).toBe("stale");
      if (at % 2 === 0) alice.restart();
      const events = told(alice, log);
      bob.catchUp(log);
      return events;
    };
    const rekeyed = { type: "rekeyed", by: bob.room.self.person };
    for (const at of [1, 2, 3]) {
      expect(lose(at, title("Meadow"))).toEqual([rekeyed, { type: "lostRace", action: title("Meadow"), losses: at }]);
    }
    expect(lose(4, { type: "rekey" })).toEqual([rekeyed, { type: "lostRace", action: null, losses: 4 }]);
    expect(alice.act(log, title("Meadow"))).toBeNull();
    expect(told(alice, log)).toMatchObject([{ type: "entry" }]);
    bob.catchUp(log);
    expect(lose(5, title("Orchard"))).toEqual([rekeyed, { type: "lostRace", action: title("Orchard"), losses: 1 }]);
    // Who has nothing on its way loses nothing.
    expect(bob.act(log, { type: "rekey" })).toBeNull();
    expect(told(alice, log)).toEqual([rekeyed]);
  });

  it("a join: to the newcomer that they are in, and later that somebody who was there before has confirmed it, once", () => {
    const { alice, log } = founded();
    const link = invite(alice, log);
    const bob = join(alice, "Bob", log, link);
    expect(
      bob.received.flatMap((each) => (each.kind === "deferred" ? [] : each.events.map(({ type }) => type))),
    ).toEqual(["joined"]);
    expect(bob.room.confirmed).toBeNull();
    expect(alice.say(log, "hello")).toBe(true);
    expect(told(bob, log).map(({ type }) => type)).toEqual(["confirmed", "message"]);
    alice.catchUp(log);
    expect(bob.room.confirmed).toEqual({ by: alice.room.self.person, time: NOW });
    alice.act(log, { type: "rekey" });
    expect(told(bob, log).map(({ type }) => type)).toEqual(["rekeyed"]);
    const later = NOW + 60_000;
    alice.catchUp(log);
    const made = alice.room.act(title("Meadow"), { now: later });
    if (!made.ok) throw new Error(made.error.code);
    alice.store(made.value.delta);
    expect(log.append(made.value.append)).toBe(true);
    bob.catchUp(log);
    // A decision carries its author's time, and an older one takes nothing back.
    expect(bob.room.confirmed?.time).toBe(later);
    alice.catchUp(log);
    expect(alice.say(log, "as of before")).toBe(true);
    bob.catchUp(log);
    bob.restart();
    // New keys carry no time: what was known of it stays.
    expect(bob.room.confirmed).toEqual({ by: alice.room.self.person, time: later });
    // Who came after us could not have confirmed that we joined, and may say what the time is since.
    alice.catchUp(log);
    const dora = join(alice, "Dora", log, link);
    expect(dora.say(log, "hello")).toBe(true);
    bob.catchUp(log);
    expect(bob.room.confirmed).toEqual({ by: dora.room.self.person, time: later });
  });

  it("who was taken out: that they were, by which decision; who left, that too, and that they left", () => {
    const { alice, bob, carol, log } = threeOfUs();
    expect(alice.act(log, { type: "remove", person: bob.room.self.person, ban: false })).toBeNull();
    expect(told(bob, log)).toMatchObject([
      { type: "entry" },
      { type: "removed", decision: { action: { type: "remove" } } },
    ]);
    expect(told(carol, log).map(({ type }) => type)).toEqual(["entry"]);
    alice.catchUp(log);
    say(carol, log, carol.room.farewell(NOW));
    expect(carol.room.isFarewellKept).toBe(true);
    expect(told(alice, log)).toMatchObject([{ type: "farewell", person: carol.room.self.person }]);
    say(carol, log, carol.room.stay(NOW));
    expect(carol.room.isFarewellKept).toBe(false);
    expect(told(alice, log)).toMatchObject([{ type: "stayed", person: carol.room.self.person }]);
    say(carol, log, carol.room.farewell(NOW));
    for (const each of [alice, carol]) each.catchUp(log);
    expect(alice.act(log, { type: "leave", person: carol.room.self.person })).toBeNull();
    expect(told(carol, log).map(({ type }) => type)).toEqual(["entry", "removed"]);
    expect([bob.room.status, carol.room.status]).toEqual(["removed", "left"]);
    for (const each of [bob, carol]) {
      expect(each.room.slots(NOW)).toEqual([]);
      expect(each.room.say({ kind: "text", ref: null, body: new Uint8Array(1) }, NOW)).toMatchObject({
        error: { code: "not_active", detail: each.room.status },
      });
      for (const said of [
        each.room.farewell(NOW),
        each.room.stay(NOW),
        each.room.act({ type: "rekey" }, { now: NOW }),
      ]) {
        expect(said).toMatchObject({ error: { code: "not_active" } });
      }
    }
  });

  it("what people ask of each other: what it is about and who said it", () => {
    const { alice, log } = founded(preset("admins:2"));
    const admins = invite(alice, log, { role: "admin" });
    const [bob, carol] = [join(alice, "Bob", log, admins), join(alice, "Carol", log, admins)];
    for (const each of [alice, bob, carol]) each.catchUp(log);
    expect(alice.act(log, { type: "rekey" })).toBeNull();
    for (const each of [alice, bob, carol]) each.catchUp(log);
    const action = { type: "remove", person: carol.room.self.person, ban: false } as const;
    const { hash: actionHash } = alice.room.proposals.note(action);
    say(alice, log, alice.room.proposals.propose(action, NOW));
    const [by, message] = [bob.room.self.person, { kind: "proposal", author: alice.room.self.person }];
    expect(told(bob, log)).toMatchObject([{ type: "proposal", actionHash, action, message, displaced: [] }]);
    // Its author hears of it as of any message that got there.
    expect(told(alice, log).map(({ type }) => type)).toContain("sent");
    say(bob, log, bob.room.proposals.approve(actionHash, NOW));
    expect(told(alice, log)).toEqual([{ type: "approval", actionHash, by }]);
    bob.catchUp(log);
    say(bob, log, bob.room.proposals.decline(actionHash, NOW));
    expect(told(alice, log)).toEqual([{ type: "decline", actionHash, by }]);
    bob.catchUp(log);
    say(alice, log, alice.room.proposals.withdraw(actionHash, NOW));
    expect(told(bob, log)).toEqual([{ type: "withdrawal", actionHash, by: alice.room.self.person }]);
  });

  it("a message said again under the same id is the same message; one that the relay never got leaves nothing behind", () => {
    const { alice, bob, log } = threeOfUs();
    const body = new TextEncoder().encode("hello");
    const first = alice.room.say({ kind: "text", ref: null, body }, NOW);
    if (!first.ok) throw new Error(first.error.code);
    alice.store(first.value.delta);
    const own = () => [...alice.records.keys()].filter((key) => key.startsWith("o/")).length;
    const before = own();
    const again = say(alice, log, alice.room.resend({ ...first.value.message, nonce: first.value.nonce }));
    expect(own()).toBe(before);
    expect(again.message.id).toEqual(first.value.message.id);
    expect(told(bob, log)).toMatchObject([{ type: "message", message: { id: again.message.id, time: NOW } }]);
    alice.restart();
    expect(told(alice, log)).toEqual([{ type: "sent", id: again.message.id, n: log.items.length }]);
    expect(own()).toBe(before - 1);
  });
});

describe("a message that cannot be read", () => {
  it("is of an epoch whose keys are gone, when the server gives it too late, and no fault of its author's", () => {
    const { alice, bob, carol, log } = threeOfUs();
    const said = bob.room.say({ kind: "text", ref: null, body: new Uint8Array(3) }, NOW);
    if (!said.ok) throw new Error(said.error.code);
    bob.store(said.value.delta);
    const { kind, epoch, payload, attachment } = said.value.append;
    const late = () => {
      const n = log.items.length + 1;
      log.items.push({ n, kind, epoch, payload, attachment, time: 0, pruned: false });
    };
    const rekey = () => {
      expect(alice.act(log, { type: "rekey" })).toBeNull();
      for (const each of [alice, bob, carol]) each.catchUp(log);
    };
    rekey();
    rekey();
    late();
    // Two epochs later it is read, and shown as late.
    expect(carol.catchUp(log)).toMatchObject([
      { kind: "accepted", events: [{ type: "message", message: { late: true } }] },
    ]);
    rekey();
    late();
    for (const each of [alice, carol]) {
      expect(each.catchUp(log).at(-1)).toMatchObject({ kind: "ignored", unreadable: "epoch_gone", alarm: null });
    }
  });

  it("is junk when it says that it is of an epoch that has not come", () => {
    const { alice, bob, log } = threeOfUs();
    expect(bob.say(log, "hello")).toBe(true);
    const item = log.items.at(-1)!;
    if (item.pruned) throw new Error("deleted already");
    log.items[log.items.length - 1] = { ...item, epoch: item.epoch + 1 };
    expect(alice.catchUp(log)).toMatchObject([{ kind: "rejected", alarm: { code: "JUNK", person: null } }]);
  });
});

describe("what is refused before it is sent", () => {
  it("a second commit while one is on its way, and a message longer than any may be", () => {
    const { alice, log } = threeOfUs();
    const made = alice.room.act(title("Meadow"), { now: NOW });
    if (!made.ok) throw new Error(made.error.code);
    alice.store(made.value.delta);
    expect(alice.room.pending?.action).toEqual(title("Meadow"));
    for (const action of [title("Meadow"), title("Orchard"), { type: "rekey" } as const]) {
      expect(alice.act(log, action)).toBe("pending");
    }
    const long = (length: number) => alice.room.say({ kind: "text", ref: null, body: new Uint8Array(length) }, NOW);
    expect(long(1 << 20)).toMatchObject({ error: { code: "too_large" } });
    expect(long(1000).ok).toBe(true);
  });

  it("to let somebody in whose keys the answer cannot be sealed to", () => {
    const { alice, log } = founded();
    const secret = invite(alice, log, { mode: "ask" });
    const guest = new Person(seeded("guest"), "Guest");
    const asked = askToJoin(guest.primitives, preview(alice, guest, log, secret), {
      device: guest.device,
      name: "Guest",
      note: "",
      now: NOW,
    });
    if (!asked.ok) throw new Error(asked.error.code);
    const request = alice.room.requests.open(asked.value.blob, NOW);
    if (!request.ok) throw new Error(request.error.code);
    const add = { type: "add", leafCert: request.value.leafCert, role: "member" } as const;
    const unusable = { ...request.value, replyPub: new Uint8Array(32) };
    expect(alice.act(log, add, { request: unusable })).toBe("bad_key_package");
    expect(alice.room.pending).toBeNull();
    expect(alice.act(log, add, { request: request.value })).toBeNull();
  });
});
