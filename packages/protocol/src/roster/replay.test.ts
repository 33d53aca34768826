import { nodeCrypto as crypto } from "@conclave/crypto/node";
import { describe, expect, it } from "vitest";
import { RoomId } from "../encoding/ids.js";
import { Chain, verdict } from "./chain.fixture.js";
import { signEntry } from "./entry.js";
import { replay, replayEntries } from "./replay.js";
import { loadRoster } from "./rosterRecord.js";

function room() {
  const chain = new Chain(crypto);
  chain.add("Bob");
  chain.must(chain.alice, { type: "createInvite", invite: chain.terms("ask", { mode: "ask" }) });
  chain.must(chain.alice, { type: "createInvite", invite: chain.terms("direct") });
  const [carol, dave] = [chain.someone("Carol"), chain.someone("Dave")];
  chain.must(carol, chain.adding(carol), { proof: chain.proof("direct", carol) }, true);
  chain.must(chain.alice, chain.adding(dave), { proof: chain.proof("ask", dave, "ask") });
  chain.must(chain.alice, { type: "remove", person: dave.person, ban: false });
  return { chain, bytes: chain.transitions.map((each) => each.entry.bytes) };
}

describe("replay", () => {
  it("gives the same roster as living through it, and its records give it again", () => {
    const { chain, bytes } = room();
    const replayed = replay(crypto, bytes, chain.roster.roomId);
    if (!replayed.ok) throw new Error(replayed.error.code);
    expect(replayed.value.roster).toEqual(chain.roster);
    expect(replayed.value.transitions).toEqual(
      chain.transitions.map(({ roster: _, delta: __, ...decision }) => decision),
    );
    expect(loadRoster(crypto, replayed.value.delta.put)).toEqual(chain.roster);
  });

  it("RULE replay.room-id: of another room is refused", () => {
    const { chain, bytes } = room();
    expect(verdict(replay(crypto, bytes, RoomId.of(chain.bytes("other"))))).toBe("wrong_room");
    expect(verdict(replay(crypto, bytes.slice(1), chain.roster.roomId))).toBe("wrong_room");
    expect(verdict(replay(crypto, [], chain.roster.roomId))).toBe("malformed");
  });

  it("of a chain with anything left out, doubled, exchanged or changed is refused", () => {
    const { chain, bytes } = room();
    const faulty = (change: (entries: Uint8Array[]) => void) => {
      const entries = [...bytes];
      change(entries);
      return replay(crypto, entries, chain.roster.roomId).ok;
    };
    for (let at = 1; at < bytes.length; at++) {
      expect(faulty((e) => e.splice(at, 0, bytes[at]!))).toBe(false);
      if (at < bytes.length - 1) expect(faulty((e) => e.splice(at, 1))).toBe(false);
      expect(faulty((e) => (e[at] = bytes[at]!.map((byte, i) => (i === 90 ? byte ^ 1 : byte))))).toBe(false);
    }
    expect(faulty(() => undefined)).toBe(true);
  });

  it("RULE replay.epochs: of a chain whose epochs do not rise is refused", () => {
    const { chain, bytes } = room();
    const outcome = chain.author(chain.alice, { type: "tick" });
    if (!outcome.ok) throw new Error("refused");
    const at = (epoch: number) =>
      verdict(
        replay(
          crypto,
          [...bytes, signEntry(crypto, chain.alice.leafSeed, { ...outcome.value.entry, epoch }).bytes],
          chain.roster.roomId,
        ),
      );
    expect([chain.epoch - 1, chain.epoch - 2, 0].map(at)).toEqual(["wrong_epoch", "wrong_epoch", "wrong_epoch"]);
    // Commits without entries take epochs too.
    expect([chain.epoch, chain.epoch + 9].map(at)).toEqual(["ok", "ok"]);
  });

  it("takes as direct only a proof for a place, so nothing passes here that fails in a commit", () => {
    const { chain } = room();
    const erin = chain.someone("Erin");
    chain.must(chain.alice, {
      type: "createInvite",
      invite: chain.terms("more", { for: { class: "multi", limit: 9 } }),
    });
    const carried = { proof: chain.proof("more", erin) };
    expect(verdict(chain.author(chain.alice, chain.adding(erin), carried))).toBe("bad_invite_proof");
  });

  it("RULE replay.room-id: nor does a chain pass that was read already, of another room or of none", () => {
    const { chain } = room();
    const entries = chain.transitions.map(({ entry }) => entry);
    const replayed = replayEntries(crypto, entries, chain.roster.roomId);
    expect(replayed.ok && replayed.value.delta.delete).toEqual([]);
    expect(verdict(replayEntries(crypto, entries, RoomId.of(chain.bytes("other"))))).toBe("wrong_room");
    expect(verdict(replayEntries(crypto, [], chain.roster.roomId))).toBe("malformed");
  });

  it("RULE replay.linear: a history twice as long is twice the work: nothing is copied or walked for each entry (attack A83)", () => {
    const [half, whole] = [60, 120].map((count) => stepsOfReplay(comingsAndGoings(count)));
    expect(whole!).toBeLessThan(half! * 2.2);
  });
});

/** A room in which somebody comes by a link of their own and is removed, so many times. */
function comingsAndGoings(count: number): Chain {
  const chain = new Chain(crypto);
  for (let at = 0; at < count; at++) {
    const [name, who] = [`link ${at}`, chain.someone(`Guest ${at}`)];
    chain.must(chain.alice, { type: "createInvite", invite: chain.terms(name) });
    chain.must(who, chain.adding(who), { proof: chain.proof(name, who) }, true);
    chain.must(chain.alice, { type: "remove", person: who.person, ban: true });
  }
  return chain;
}

const WALKS = ["entries", "values", "keys", Symbol.iterator] as const;
type Walk = (this: Map<unknown, unknown>) => MapIterator<unknown>;

/** How many records of maps are looked at one after another while a chain is replayed: to copy a map looks at all of it. */
function stepsOfReplay(chain: Chain): number {
  const bytes = chain.transitions.map((each) => each.entry.bytes);
  const real = WALKS.map((name) => [name, Object.getOwnPropertyDescriptor(Map.prototype, name)!] as const);
  let steps = 0;
  for (const [name, walk] of real) {
    const counted = function* (this: Map<unknown, unknown>) {
      for (const each of (walk.value as Walk).call(this)) {
        steps++;
        yield each;
      }
    };
    Object.defineProperty(Map.prototype, name, { ...walk, value: counted });
  }
  const replayed = replay(crypto, bytes, chain.roster.roomId);
  for (const [name, walk] of real) Object.defineProperty(Map.prototype, name, walk);
  expect(verdict(replayed)).toBe("ok");
  return steps;
}
