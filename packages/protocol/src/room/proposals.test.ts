import type { Result } from "@conclave/codec";
import { describe, expect, it } from "vitest";
import { preset } from "../policy/presets.js";
import type { Rejection } from "../policy/rejection.js";
import type { Action } from "../roster/action.js";
import type { OutgoingMessage } from "./outcome.js";
import { SshKey } from "../invite/sshKey.js";
import { founded, invite, join, NOW, type Person, type TestLog } from "./testRelay.fixture.js";

/** Alice the owner, two admins and a plain member; two who are admins at least decide. */
function club() {
  const { alice, log } = founded(preset("admins:2"));
  const [admins, members] = [invite(alice, log, { role: "admin" }), invite(alice, log)];
  const [bob, carol] = [join(alice, "Bob", log, admins), join(alice, "Carol", log, admins)];
  const dora = join(alice, "Dora", log, members);
  const everybody = () => {
    for (const each of [alice, bob, carol, dora]) each.catchUp(log);
  };
  everybody();
  expect(alice.act(log, { type: "rekey" })).toBeNull();
  everybody();
  return { alice, bob, carol, dora, log, everybody };
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

const only = (who: Person) => who.room.proposals.list()[0]!;
const promotion = (of: Person) => ({ type: "setRole", person: of.room.self.person, role: "admin" }) as const;

describe("what waits for agreement, as each sees it", () => {
  it("is asked of those whose yes counts and who have not answered, until there are enough", () => {
    const { alice, bob, carol, dora, log, everybody } = club();
    const hash = propose(alice, log, promotion(dora));
    everybody();
    const open = { have: 1, need: 2, yes: [], isAgreed: false, refusal: null };
    expect(only(alice)).toMatchObject({ ...open, isOwn: true, isWanted: true, isAsked: false });
    for (const each of [bob, carol]) {
      expect(only(each)).toMatchObject({ ...open, isOwn: false, isWanted: false, isAsked: true });
    }
    expect(only(dora)).toMatchObject({ ...open, have: 0, isOwn: false, isWanted: false, isAsked: false });

    say(carol, log, carol.room.proposals.decline(hash, NOW));
    everybody();
    expect(only(carol)).toMatchObject({ ...open, isWanted: false, isAsked: false });
    expect(only(bob)).toMatchObject({ isAsked: true, declinedBy: [carol.room.self.person] });

    say(bob, log, bob.room.proposals.approve(hash, NOW));
    everybody();
    const yes = [bob.room.self.person];
    expect(only(alice)).toMatchObject({ have: 2, need: 2, yes, isAgreed: true, isWanted: true });
    // Bob's own yes is there once, whoever carries it out.
    expect(only(bob)).toMatchObject({ have: 1, need: 2, yes, isAgreed: false, isWanted: true, isAsked: false });
    expect(only(carol)).toMatchObject({ have: 2, yes, isAgreed: true, isWanted: false, isAsked: false });
    expect(only(dora)).toMatchObject({ have: 1, yes, isAgreed: false, isWanted: false, isAsked: false });
  });

  it("is not asked of the others any more when enough have agreed, said no or not", () => {
    const { alice, bob, carol, dora, log, everybody } = club();
    const hash = propose(alice, log, promotion(dora));
    everybody();
    say(bob, log, bob.room.proposals.approve(hash, NOW));
    everybody();
    expect(only(carol)).toMatchObject({ isAsked: false, declinedBy: [] });
  });

  it("is asked of nobody when it could not be done, and says why, by whoever could come nearest", () => {
    const { alice, bob, carol, dora, log, everybody } = club();
    propose(alice, log, { type: "setRole", person: dora.room.self.person, role: "admin" });
    everybody();
    expect(only(carol)).toMatchObject({ isAsked: true, refusal: null });
    say(dora, log, dora.room.farewell(NOW));
    everybody();
    expect(bob.act(log, { type: "leave", person: dora.room.self.person })).toBeNull();
    everybody();
    for (const each of [alice, bob, carol]) {
      expect(only(each)).toMatchObject({ isAsked: false, isAgreed: false, refusal: { code: "not_member" } });
    }
  });

  it("is asked of nobody who is out of the room", () => {
    const { alice, bob, carol, dora, log, everybody } = club();
    say(carol, log, carol.room.farewell(NOW));
    propose(alice, log, promotion(dora));
    everybody();
    expect(only(carol)).toMatchObject({ isAsked: true });
    expect(bob.act(log, { type: "leave", person: carol.room.self.person })).toBeNull();
    everybody();
    expect(carol.room.status).not.toBe("active");
    expect(carol.room.proposals.list()).toMatchObject([{ isAsked: false, isAgreed: false, isOwn: false }]);
    expect(only(bob)).toMatchObject({ isAsked: true });
  });

  it("who has a say in something is known before anybody asks", () => {
    const { alice, bob, dora } = club();
    expect([alice, bob, dora].map(({ room }) => room.proposals.hasSay(promotion(dora)))).toEqual([true, true, false]);
  });

  it("counts all yeses that may still be used, those of who asked among them", () => {
    const { alice, bob, carol, log, everybody } = club();
    const removal = { type: "remove", person: carol.room.self.person, ban: false } as const;
    const hash = propose(alice, log, removal);
    everybody();
    const given = (who: Person) => who.room.proposals.given().map(({ yes }) => yes.size);
    expect(given(bob)).toEqual([1]);
    say(bob, log, bob.room.proposals.approve(hash, NOW));
    everybody();
    // Once as an open proposal, once for as long as the signed yes may be used.
    expect(given(alice)).toEqual([2, 1]);
    say(alice, log, alice.room.proposals.withdraw(hash, NOW));
    everybody();
    expect(given(alice)).toEqual([1]);
  });
});

describe("what is refused before anybody is asked", () => {
  it("RULE room.nothing-for-nothing: what is so already, each with what is so", () => {
    const { alice, bob, carol, dora, log, everybody } = club();
    const title = { type: "setTitle", title: "Meadow" } as const;
    const { person } = bob.room.self;
    const mallory = carol.room.self.person;
    const idle: (readonly [Action, string])[] = [
      [{ type: "setPolicy", policy: preset("admins:2") }, "policy"],
      [{ type: "setTitle", title: "Garden club" }, "title"],
      [{ type: "setRole", person, role: "admin" }, "role"],
      [{ type: "transferOwnership", person: alice.room.self.person }, "role"],
      [{ type: "upgrade", version: alice.room.roster.version }, "version"],
    ];
    const refusalOf = (who: Person, action: Action) => {
      const said = who.room.proposals.propose(action, NOW);
      return said.ok ? null : [said.error.code, said.error.detail];
    };
    for (const [action, detail] of idle) {
      expect(refusalOf(alice, action)).toEqual(["already_so", detail]);
      expect(alice.act(log, action)).toBe("already_so");
    }
    const changes: Action[] = [
      title,
      promotion(dora),
      { type: "setPolicy", policy: preset("admins:3") },
      { type: "setRole", person, role: "member" },
      { type: "transferOwnership", person },
      { type: "remove", person: mallory, ban: true },
    ];
    for (const action of changes) expect(refusalOf(alice, action)).toBeNull();
    // RULE room.upgrade-known: nor what our own app could not follow.
    expect(refusalOf(alice, { type: "upgrade", version: 99 })).toEqual(["update_needed", "version"]);

    const removal = { type: "remove", person: mallory, ban: true } as const;
    const hash = propose(alice, log, removal);
    everybody();
    say(bob, log, bob.room.proposals.approve(hash, NOW));
    everybody();
    expect(alice.act(log, removal)).toBeNull();
    everybody();
    expect(refusalOf(alice, removal)).toEqual(["already_so", "ban"]);
    expect(refusalOf(alice, { ...removal, ban: false })).not.toEqual(["already_so", "ban"]);
  });

  it("an SSH key that one has listed already, but not one more", () => {
    const { alice, log } = founded();
    const key = (byte: number) => ({ key: SshKey.of(new Uint8Array(32).fill(byte)), comment: "" });
    const allow = (...bytes: number[]) => ({ type: "allow", keys: bytes.map(key) }) as const;
    expect(alice.act(log, allow(1, 2))).toBeNull();
    alice.catchUp(log);
    for (const again of [allow(1), allow(1, 2)]) expect(alice.act(log, again)).toBe("already_so");
    expect(alice.act(log, allow(2, 3))).toBeNull();
  });

  it("RULE proposals.not-overtaken: what was asked before a commit that is there first is not asked", () => {
    const { alice, bob, dora, log, everybody } = club();
    const said = bob.room.proposals.propose(promotion(dora), NOW);
    if (!said.ok) throw new Error(said.error.code);
    expect(alice.act(log, { type: "rekey" })).toBeNull();
    expect(log.append({ ...said.value.append, lastCommit: log.lastCommit })).toBe(true);
    everybody();
    expect(alice.room.proposals.list()).toEqual([]);
    expect(log.append({ ...said.value.append, lastCommit: log.lastCommit })).toBe(true);
    everybody();
    expect(alice.room.proposals.list()).toEqual([]);
  });

  it("an answer to what nobody asks, or that was given already, says so and sends nothing", () => {
    const { alice, bob, carol, dora, log, everybody } = club();
    const hash = propose(alice, log, promotion(dora));
    const codeOf = (said: Result<OutgoingMessage, Rejection>) => (said.ok ? null : said.error.code);
    const answers = (who: Person) => {
      const { proposals } = who.room;
      return [proposals.approve(hash, NOW), proposals.decline(hash, NOW), proposals.withdraw(hash, NOW)].map(codeOf);
    };
    expect(answers(bob)).toEqual(["unknown_proposal", "unknown_proposal", "unknown_proposal"]);
    everybody();
    // Only who asks takes it back; who asks says no to nothing.
    expect(codeOf(bob.room.proposals.withdraw(hash, NOW))).toBe("unknown_proposal");
    expect(codeOf(alice.room.proposals.decline(hash, NOW))).toBe("unknown_proposal");
    say(bob, log, bob.room.proposals.approve(hash, NOW));
    expect(codeOf(bob.room.proposals.approve(hash, NOW))).toBe("already_so");
    say(carol, log, carol.room.proposals.decline(hash, NOW));
    expect(codeOf(carol.room.proposals.decline(hash, NOW))).toBe("already_so");
    // A no, and the yes after it.
    say(carol, log, carol.room.proposals.approve(hash, NOW));
    expect(only(carol)).toMatchObject({ declinedBy: [], have: 1, isWanted: true });
  });

  it("RULE room.stop: nothing of it is said before the log was read, and what is open stays as it is", () => {
    const { alice, bob, carol, dora, log, everybody } = club();
    const hash = propose(alice, log, promotion(dora));
    everybody();
    for (const each of [alice, bob, carol]) each.restart();
    const { proposals } = bob.room;
    const said = [
      proposals.propose({ type: "setTitle", title: "Meadow" }, NOW),
      proposals.approve(hash, NOW),
      carol.room.proposals.decline(hash, NOW),
      alice.room.proposals.withdraw(hash, NOW),
    ];
    for (const each of said) expect(each).toMatchObject({ error: { code: "not_caught_up" } });
    for (const each of [alice, bob, carol]) each.room.caughtUp();
    say(bob, log, proposals.approve(hash, NOW));
    everybody();
    expect(only(alice)).toMatchObject({ yes: [bob.room.self.person], isAgreed: true });
  });
});
