import { nodeCrypto } from "@conclave/crypto/node";
import { describe, expect, it } from "vitest";
import type { Delta } from "../encoding/provider.js";
import { RoomId } from "../encoding/ids.js";
import { preset } from "../policy/presets.js";
import { Chain, type Someone } from "../roster/chain.fixture.js";
import { signFarewell } from "../roster/farewell.js";
import { Farewells } from "./farewells.js";

function room() {
  const chain = new Chain(nodeCrypto, preset("open"));
  const [bob, carol] = [chain.add("Bob"), chain.add("Carol")];
  const records = new Map<string, Uint8Array>();
  const store = (delta: Delta | null) => {
    for (const [key, value] of delta?.put ?? []) records.set(key, value);
    for (const key of delta?.delete ?? []) expect(records.delete(key)).toBe(true);
  };
  const take = (kept: Farewells, who: Someone, bytes = chain.farewell(who), author = who) => {
    const taken = kept.take(nodeCrypto, chain.roster, bytes, author.person);
    store(taken && taken.delta);
    return taken?.person ?? null;
  };
  return { chain, bob, carol, records, store, take };
}

describe("farewells of members who are still here", () => {
  it("are kept, also over a restart, until they are taken back", () => {
    const { chain, bob, carol, records, store, take } = room();
    const kept = Farewells.load(records);
    expect(take(kept, bob)).toEqual(bob.person);
    expect(take(kept, carol)).toEqual(carol.person);
    for (const each of [kept, Farewells.load(records)]) {
      expect(each.leaving(chain.roster)).toEqual([bob.person, carol.person]);
      expect(each.of(bob.person)).toEqual(chain.farewell(bob));
      expect(each.of(chain.alice.person)).toBeNull();
    }
    expect(kept.stay(chain.alice.person)).toBeNull();
    store(kept.stay(bob.person));
    expect(kept.stay(bob.person)).toBeNull();
    expect(Farewells.load(records).leaving(chain.roster)).toEqual([carol.person]);
  });

  it("RULE proposals.own-farewell: are taken from a member, of their own leaf, in their own message, for this room, and from nobody else", () => {
    const { chain, bob, carol, records, take } = room();
    const kept = Farewells.load(records);
    const { roomId } = chain.roster;
    const signed = (signer: Someone, of: Someone, leaf = signer.leaf, room = roomId) =>
      signFarewell(nodeCrypto, signer.leafSeed, { roomId: room, person: of.person, leaf });
    const mallory = chain.someone("Mallory");
    expect([
      take(kept, bob, new Uint8Array(9)),
      take(kept, bob, chain.farewell(bob), carol),
      // Another's leaf under one's own name, and one's own leaf under another's.
      take(kept, bob, signed(carol, bob)),
      take(kept, carol, signed(bob, carol)),
      take(kept, bob, signed(carol, bob, bob.leaf)),
      take(kept, mallory, signed(mallory, mallory)),
      take(kept, bob, signed(bob, bob, bob.leaf, RoomId.of(new Uint8Array(32)))),
    ]).toEqual([null, null, null, null, null, null, null]);
    expect(records.size).toBe(0);
    expect(take(kept, bob)).toEqual(bob.person);
  });

  it("are 64 at most: the oldest give way", () => {
    const { chain, records, take } = room();
    const kept = Farewells.load(records);
    const people = Array.from({ length: 65 }, (_, n) => chain.add(`Guest ${n}`));
    for (const each of people.slice(0, 64)) take(kept, each);
    expect(records.size).toBe(64);
    expect(kept.of(people[0]!.person)).not.toBeNull();
    take(kept, people[64]!);
    expect(records.size).toBe(64);
    expect(kept.of(people[0]!.person)).toBeNull();
    expect(kept.leaving(chain.roster)).toEqual(people.slice(1).map(({ person }) => person));
  });

  it("RULE proposals.farewell-void: go with who has gone, and all of them where messages are missing", () => {
    const { chain, bob, carol, records, store, take } = room();
    const kept = Farewells.load(records);
    for (const each of [bob, carol]) take(kept, each);
    expect(kept.settle(nodeCrypto, chain.roster).delete).toEqual([]);
    chain.must(chain.alice, { type: "leave", person: bob.person }, { farewell: chain.farewell(bob) });
    expect(kept.leaving(chain.roster)).toEqual([carol.person]);
    store(kept.settle(nodeCrypto, chain.roster));
    expect([kept.of(bob.person), kept.of(carol.person)]).toEqual([null, chain.farewell(carol)]);
    expect(records.size).toBe(1);
    store(kept.clear());
    expect([kept.of(carol.person), records.size]).toEqual([null, 0]);
  });
});
