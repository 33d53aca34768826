import { fromBase45, toBase45 } from "@conclave/codec";
import { nodeCrypto as crypto } from "@conclave/crypto/node";
import { recordDigest } from "@conclave/wire";
import { describe, expect, it } from "vitest";
import type { ActionHash } from "../encoding/ids.js";
import { preset } from "../policy/presets.js";
import { type Action, encodeAction } from "../roster/action.js";
import { signApproval } from "../roster/approval.js";
import { MAX_LETTER_TEXT, openLetter, readLetterText, sealLetter, signLetter } from "./approvalLetter.js";
import { inside } from "./forger.fixture.js";
import { currentRosterKey } from "./keyring.js";
import type { OutgoingMessage } from "./outcome.js";
import { founded, invite, join, NOW, type Person, type TestLog } from "./testRelay.fixture.js";

/** Alice, Bob and Carol are admins, of whom two decide; Mallory is one too. */
function four() {
  const { alice, log } = founded(preset("admins:2"));
  const admins = invite(alice, log, { role: "admin" });
  const [bob, carol] = [join(alice, "Bob", log, admins), join(alice, "Carol", log, admins)];
  const mallory = join(alice, "Mallory", log, admins);
  const all = [alice, bob, carol, mallory];
  const everybody = () => {
    for (const each of all) each.catchUp(log);
  };
  everybody();
  expect(alice.act(log, { type: "rekey" })).toBeNull();
  everybody();
  const removal: Action = { type: "remove", person: mallory.room.self.person, ban: false };
  return { alice, bob, carol, mallory, log, everybody, removal, admins };
}

function said(who: Person, log: TestLog, what: ReturnType<Person["room"]["say"]>): OutgoingMessage {
  if (!what.ok) throw new Error(what.error.code);
  who.store(what.value.delta);
  expect(log.append(what.value.append)).toBe(true);
  return what.value;
}

/** Asks for it at their own device; nothing of it reaches the others. */
function ask(who: Person, action: Action): ActionHash {
  const { hash, delta } = who.room.proposals.note(action);
  who.store(delta);
  return hash;
}

function write(who: Person, hash: ActionHash): string {
  const written = who.room.proposals.writeLetter(hash);
  if (!written.ok) throw new Error(written.error.code);
  who.store(written.value.delta);
  return written.value.text;
}

/** Takes a letter in: null, or why not. What is refused has changed nothing. */
function take(who: Person, text: string): string | null {
  const before = who.room.proposals.list();
  const record = who.room.proposals.keyRecordOfLetter(text);
  const taken = record.ok ? who.room.proposals.takeLetter(text, who.records.get(record.value) ?? null) : record;
  if (taken.ok) who.store(taken.value.delta);
  else expect(who.room.proposals.list()).toEqual(before);
  return taken.ok ? null : taken.error.code;
}

const yes = (who: Person) => who.room.proposals.list().map((each) => each.yes);

/** A letter as its maker wants it. */
function forged(who: Person, { n, action, approval }: { n: number; action: Action; approval: Uint8Array }): string {
  const { core, roomTag, keys, primitives } = inside(who.room);
  const signed = signLetter(crypto, core.leafSeed, { n, action: encodeAction(action), approval });
  return sealLetter(primitives, { roomId: core.roomId, roomTag, rosterKey: currentRosterKey(keys) }, signed);
}

describe("a letter", () => {
  it("A151: RULE letter.own-approval: nobody makes one of another's approval, nor one that says more than its giver approved", () => {
    const { alice, bob, carol, mallory, log, everybody } = four();
    const role: Action = { type: "setRole", person: carol.room.self.person, role: "member" };
    const hash = ask(alice, role);
    said(alice, log, alice.room.proposals.propose(role, NOW));
    everybody();
    const given = said(bob, log, bob.room.proposals.approve(hash, NOW)).message.body;
    said(bob, log, bob.room.proposals.decline(hash, NOW));
    everybody();
    const { n } = mallory.room.cursor;
    // Mallory saw Bob's approval, which he took back, and writes a new letter of it.
    expect(take(carol, forged(mallory, { n, action: role, approval: given }))).toBe("bad_letter");
    expect(yes(carol)).toEqual([[]]);
    // Bob's own approval, put around another action, is one of nothing.
    const other: Action = { type: "setRole", person: mallory.room.self.person, role: "member" };
    expect(take(carol, forged(bob, { n, action: other, approval: given }))).toBe("bad_letter");
    said(alice, log, alice.room.proposals.withdraw(hash, NOW));
    everybody();
    expect(take(carol, forged(bob, { n: n + 1, action: other, approval: given }))).toBe("letter_unknown_proposal");
    // Nor does an approval count that somebody else's leaf has signed, or that is for another room.
    const { core } = inside(mallory);
    const content = {
      actionHash: hash,
      baseSeq: core.lastCommit,
      maxSeq: 100,
      policyHash: carol.room.roster.policyHash,
    };
    const bobs = { ...content, roomId: core.roomId, person: bob.room.self.person, leaf: bob.room.self.leaf };
    const signedBy = (body: object) => signApproval(crypto, core.leafSeed, { ...bobs, ...body });
    for (const approval of [signedBy({}), signedBy({ leaf: mallory.room.self.leaf, roomId: hash }), new Uint8Array(0)])
      expect(take(carol, forged(mallory, { n: 1, action: role, approval }))).toBe("bad_letter");
    expect(take(carol, forged(mallory, { n: 1, action: role, approval: signedBy({ leaf: core.leaf }) }))).toBe(
      "not_member",
    );
  });

  it("A151: RULE letter.not-taken-back: an approval that its giver took back does not come again, nor one of a proposal that was withdrawn", () => {
    const { alice, bob, carol, mallory, log, everybody, removal } = four();
    const hash = ask(alice, removal);
    said(alice, log, alice.room.proposals.propose(removal, NOW));
    everybody();
    const letter = write(bob, hash);
    // Bob asks too by now; what he takes back by a message of his is taken back wherever the letter goes.
    said(bob, log, bob.room.proposals.withdraw(hash, NOW));
    everybody();
    carol.restart();
    carol.catchUp(log);
    expect(take(carol, letter)).toBe("letter_taken_back");
    expect(take(alice, letter)).toBe("letter_taken_back");
    // What he approves again counts.
    expect(take(carol, write(bob, hash))).toBeNull();
    expect(yes(carol)).toEqual([[bob.room.self.person]]);
    // A no takes back too, of what nobody there has heard of, and so that no older letter comes before it.
    const role: Action = { type: "setRole", person: carol.room.self.person, role: "member" };
    const early = write(bob, ask(bob, role));
    said(
      bob,
      log,
      bob.room.say({ kind: "decline", ref: null, body: bob.room.proposals.list().at(-1)!.actionHash }, NOW),
    );
    everybody();
    expect(take(alice, early)).toBe("letter_taken_back");
    // With the proposal goes what was approved of it, for those who do not have it.
    const title: Action = { type: "setTitle", title: "Meadow" };
    const named = ask(mallory, title);
    said(mallory, log, mallory.room.proposals.propose(title, NOW));
    everybody();
    const carols = write(carol, named);
    said(mallory, log, mallory.room.proposals.withdraw(named, NOW));
    everybody();
    expect(take(alice, carols)).toBe("letter_taken_back");
    // But nobody makes another's letter void of what is open: it was open when the letter was written, and is still.
    const again = ask(alice, title);
    said(alice, log, alice.room.proposals.propose(title, NOW));
    everybody();
    const later = write(carol, again);
    const puppet = ask(mallory, { type: "setTitle", title: "Orchard" });
    said(mallory, log, mallory.room.proposals.propose({ type: "setTitle", title: "Orchard" }, NOW));
    everybody();
    said(mallory, log, mallory.room.proposals.withdraw(puppet, NOW));
    everybody();
    expect(take(alice, later)).toBeNull();
  });

  it("RULE letter.not-ahead: a letter of later than the log that is known here waits, and none is of for ever", () => {
    const { alice, bob, log, removal } = four();
    const hash = ask(bob, removal);
    bob.say(log, "hello");
    bob.catchUp(log);
    const letter = write(bob, hash);
    expect(take(alice, letter)).toBe("not_caught_up");
    alice.catchUp(log);
    expect(take(alice, letter)).toBeNull();
    const { approvals } = inside(bob).proposals.find(hash)!;
    const endless = forged(bob, { n: Number.MAX_SAFE_INTEGER, action: removal, approval: approvals[0]! });
    alice.restart();
    alice.catchUp(log);
    expect(take(alice, endless)).toBe("not_caught_up");
  });

  it("A151: RULE letter.since-here: a device counts no letter from before it came, nor from before messages that it missed", () => {
    const { alice, bob, carol, log, everybody, removal, admins } = four();
    const hash = ask(bob, removal);
    const letter = write(bob, hash);
    const dan = join(alice, "Dan", log, admins);
    everybody();
    dan.catchUp(log);
    expect(take(dan, letter)).toBe("letter_too_old");
    expect(take(carol, letter)).toBeNull();
  });

  it("A151: RULE letter.since-here: after a message that the relay has deleted nobody knows whether it took something back", () => {
    const { alice, bob, log, everybody, removal } = four();
    const letter = write(bob, ask(bob, removal));
    bob.say(log, "hello");
    bob.catchUp(log);
    const item = log.items.at(-1)!;
    if (item.pruned) throw new Error("deleted already");
    const digest = recordDigest((data) => crypto.hash("sha256", data), item);
    const received = alice.room.receive({ n: item.n, time: 0, pruned: true, ...digest }, item.n + 1);
    if (received.kind === "deferred") throw new Error(received.reason);
    alice.store(received.delta);
    alice.restart();
    everybody();
    expect(take(alice, letter)).toBe("letter_too_old");
    expect(take(alice, write(bob, bob.room.proposals.list()[0]!.actionHash))).toBeNull();
  });

  it("RULE letter.counts: a letter serves once, under the rules that it was written under, and only while its giver is in the room", () => {
    const { alice, bob, carol, mallory, log, everybody, removal } = four();
    const role: Action = { type: "setRole", person: mallory.room.self.person, role: "member" };
    const [once, twice] = [write(bob, ask(bob, role)), write(bob, ask(bob, removal))];
    const mallorys = write(mallory, ask(mallory, { type: "setTitle", title: "Mine" }));
    expect(take(alice, once)).toBeNull();
    expect(take(alice, once)).toBe("already_so");
    expect(take(bob, once)).toBe("already_so");
    expect(alice.act(log, role)).toBeNull();
    everybody();
    // Demoted by it; asked for again, it does not serve again.
    expect(alice.act(log, { ...role, role: "admin" })).toBe("approvals_missing");
    expect(take(carol, once)).toBe("letter_void");
    // What is about Mallory is void by now, too.
    expect(take(alice, twice)).toBe("letter_void");
    expect(take(alice, mallorys)).toBe("letter_void");
  });

  it("brings the proposal only of who may ask for it: nobody asks in another's name, least of all in that of who imports it", () => {
    const { alice, bob, carol } = four();
    // Handing over is agreed to as Alice's own, and Bob cannot ask for it.
    const handing: Action = { type: "transferOwnership", person: bob.room.self.person };
    const hash = ask(alice, handing);
    const { proposals, roster } = inside(bob);
    bob.store(proposals.propose(crypto, roster, handing, alice.room.self.person, bob.room.cursor.n).delta);
    const [alices, bobs] = [write(alice, hash), write(bob, hash)];
    expect(take(carol, bobs)).toBe("letter_unknown_proposal");
    // Nor does a letter bring what its giver could not carry out if everybody agreed, such as their own removal.
    const own: Action = { type: "remove", person: bob.room.self.person, ban: false };
    const byAlice = proposals.propose(crypto, roster, own, alice.room.self.person, bob.room.cursor.n);
    bob.store(byAlice.delta);
    expect(take(carol, write(bob, byAlice.hash))).toBe("letter_unknown_proposal");
    expect(take(alice, bobs)).toBeNull();
    expect(take(carol, alices)).toBeNull();
    expect(take(carol, bobs)).toBeNull();
    expect(yes(carol)[0]).toHaveLength(2);
    // Nobody's device has more to do for it than before.
    expect(carol.room.proposals.list()[0]).toMatchObject({ isOwn: false, isWanted: false, isAgreed: false });
  });

  it("RULE letter.bounded: A117: what is cut, changed, too long, or made up is refused, and changes nothing", () => {
    const { alice, bob, removal } = four();
    const letter = write(bob, ask(bob, removal));
    for (const text of [
      "",
      "hello",
      "CONCLAVE-APPROVAL:",
      letter.slice(0, -3),
      `${letter}000`,
      letter.toLowerCase(),
      ` ${letter}`,
      letter.replace("CONCLAVE", "CONCLAVF"),
      `${letter}\n${letter}`,
      `${letter}\uFEFF`,
      `${letter.slice(0, 40)}\uFEFF${letter.slice(40)}`,
      `${letter.slice(0, 40)}\n${letter.slice(40)}`,
      `CONCLAVE-APPROVAL:${toBase45(new Uint8Array(400))}0`,
    ])
      expect([text.slice(0, 40), take(alice, text)]).toEqual([text.slice(0, 40), "bad_letter"]);
    // Each byte of it counts: of the mark and the salt it depends on them whose room it is for.
    const bytes = fromBase45(letter.slice("CONCLAVE-APPROVAL:".length))!;
    for (let at = 0; at < bytes.length; at += 7) {
      const changed = bytes.slice();
      changed[at]! ^= 1;
      const refusal = take(alice, `CONCLAVE-APPROVAL:${toBase45(changed)}`);
      expect(["bad_letter", "letter_wrong_room", "not_caught_up"]).toContain(refusal);
    }
    const began = performance.now();
    expect(take(alice, letter.repeat(100_000))).toBe("letter_too_large");
    expect(take(alice, "x".repeat(10_000_000))).toBe("letter_too_large");
    expect(performance.now() - began).toBeLessThan(500);
    expect(letter.length).toBeLessThan(MAX_LETTER_TEXT);
    const padded = (length: number) => letter + "\n".repeat(length - letter.length);
    expect(take(alice, padded(MAX_LETTER_TEXT + 1))).toBe("letter_too_large");
    expect(readLetterText(padded(MAX_LETTER_TEXT + 1))).toBeNull();
    // Line ends around it do no harm, as editors and mail put them there, nor does the mark that Windows begins a file with.
    for (const text of [padded(MAX_LETTER_TEXT), `\uFEFF${letter}`, `\n\n${letter}`]) {
      expect(readLetterText(text)).toEqual(readLetterText(letter));
    }
    expect(take(alice, `\r\n${letter}\r\n`)).toBeNull();
  });

  it("says what is to be said in the room too: who asks from now on, and what was approved just now; the second one nothing", () => {
    const { alice, bob, carol, removal } = four();
    const written = (who: Person, hash: ActionHash) => {
      const letter = who.room.proposals.writeLetter(hash);
      if (!letter.ok) return letter.error.code;
      who.store(letter.value.delta);
      return letter.value;
    };
    const hash = ask(bob, removal);
    expect(written(alice, hash)).toBe("unknown_proposal");
    const first = written(bob, hash);
    // Bob asked before.
    expect(first).toMatchObject({ asked: null, displaced: [] });
    if (typeof first === "string") throw new Error(first);
    expect(first.approval).toEqual(inside(bob).proposals.find(hash)!.approvals[0]);
    expect(written(bob, hash)).toMatchObject({ asked: null, approval: null });
    bob.restart();
    expect(written(bob, hash)).toMatchObject({ asked: null, approval: null });

    // It brings the proposal along, and its giver's yes; from then on whoever writes on asks for it too.
    const record = alice.room.proposals.keyRecordOfLetter(first.text);
    const taken = alice.room.proposals.takeLetter(first.text, record.ok ? alice.records.get(record.value)! : null);
    if (!taken.ok) throw new Error(taken.error.code);
    alice.store(taken.value.delta);
    expect(taken.value).toMatchObject({ by: bob.room.self.person, actionHash: hash, asked: removal, displaced: [] });
    expect(written(alice, hash)).toMatchObject({ asked: removal });
    alice.restart();
    expect(alice.room.proposals.list()).toMatchObject([
      { by: bob.room.self.person, alsoBy: [alice.room.self.person], isAgreed: true },
    ]);
    // Who has the proposal already is told of no other.
    const second = written(alice, hash);
    if (typeof second === "string") throw new Error(second);
    for (const [text, asked] of [
      [second.text, removal],
      [first.text, null],
    ] as const) {
      const key = carol.room.proposals.keyRecordOfLetter(text);
      const took = carol.room.proposals.takeLetter(text, key.ok ? carol.records.get(key.value)! : null);
      if (!took.ok) throw new Error(took.error.code);
      carol.store(took.value.delta);
      expect(took.value.asked).toEqual(asked);
    }
  });

  it("is written and taken without the relay, but by nobody whom a lie has stopped, or who is out", () => {
    const { alice, bob, mallory, log, everybody, removal } = four();
    const hash = ask(bob, removal);
    bob.restart();
    const letter = write(bob, hash);
    alice.restart();
    expect(take(alice, letter)).toBeNull();
    for (const each of [alice, bob]) each.catchUp(log);
    expect(bob.act(log, { type: "rekey" })).toBeNull();
    const item = log.items.at(-1)!;
    if (item.pruned) throw new Error("deleted already");
    const digest = recordDigest((data) => crypto.hash("sha256", data), item);
    expect(alice.room.receive({ n: item.n, time: 0, pruned: true, ...digest }).kind).toBe("withheld");
    expect(alice.room.pausingAlarms).toHaveLength(1);
    expect(take(alice, letter)).toBe("paused");
    expect(alice.room.proposals.writeLetter(hash)).toMatchObject({ error: { code: "paused" } });
    everybody();
    const other = ask(mallory, { type: "setTitle", title: "Mine" });
    expect(alice.room.pausingAlarms).toEqual([]);
    expect(alice.act(log, removal)).toBeNull();
    everybody();
    expect(take(mallory, letter)).toBe("not_active");
    expect(mallory.room.proposals.writeLetter(other)).toMatchObject({ error: { code: "not_active" } });
  });

  it("fits into a QR code of 73 modules, and tells a stranger nothing: not the room, nor who, nor what", () => {
    const { alice, bob, log, everybody, removal } = four();
    const letter = write(bob, ask(bob, removal));
    expect(letter.length).toBeLessThanOrEqual(667);
    expect(letter).toMatch(/^[0-9A-Z $%*+./:-]+$/u);
    const sealed = readLetterText(letter)!;
    const { core, roomTag, keys } = inside(alice);
    const rosterKey = currentRosterKey(keys);
    const room = { roomId: core.roomId, roomTag, rosterKey };
    expect(openLetter(crypto, room, sealed)).not.toBeNull();
    const key = rosterKey.key.map((byte) => byte ^ 1);
    expect(openLetter(crypto, { ...room, rosterKey: { ...rosterKey, key } }, sealed)).toBeNull();
    // Two letters of the same have nothing in common but how they begin.
    const other = readLetterText(write(bob, bob.room.proposals.list()[0]!.actionHash))!;
    expect(other.mark).not.toEqual(sealed.mark);
    expect(other.sealed.slice(0, 16)).not.toEqual(sealed.sealed.slice(0, 16));
    // After a removal new letters are not for who was removed; those from before can still be read by all who are there.
    const title: Action = { type: "setTitle", title: "Meadow" };
    const before = write(bob, ask(bob, title));
    expect(take(alice, letter)).toBeNull();
    expect(alice.act(log, removal)).toBeNull();
    everybody();
    expect(take(alice, before)).toBeNull();
    expect(readLetterText(write(bob, ask(bob, { ...title, title: "Orchard" })))!.generation).toBe(
      sealed.generation + 1,
    );
  });
});
