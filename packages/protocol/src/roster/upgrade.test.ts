import { nodeCrypto as crypto } from "@conclave/crypto/node";
import { describe, expect, it } from "vitest";
import { RoomId } from "../encoding/ids.js";
import { preset } from "../policy/presets.js";
import { Chain, verdict } from "./chain.fixture.js";
import { ahead } from "./ahead.js";
import { readChain } from "./chain.js";
import { signEntry } from "./entry.js";
import { replay } from "./replay.js";
import { FIRST_VERSION, ROOM_VERSION } from "./version.js";

const next = { type: "upgrade", version: ROOM_VERSION + 1 } as const;

describe("a room's version", () => {
  it("is what its charter says, and stands in its state", () => {
    const chain = new Chain(crypto);
    expect(chain.roster.version).toBe(FIRST_VERSION);
    const after = chain.must(chain.alice, next);
    expect(after.roster.version).toBe(ROOM_VERSION + 1);
    expect(after.roster.stateHash).not.toEqual(chain.transitions.at(-2)!.roster.stateHash);
  });

  it("RULE upgrade.next: rises by one, and no other way", () => {
    const chain = new Chain(crypto);
    for (const version of [0, ROOM_VERSION - 1, ROOM_VERSION, ROOM_VERSION + 2, 0xffff])
      expect([version, verdict(chain.author(chain.alice, { type: "upgrade", version }))]).toEqual([
        version,
        "invalid_action",
      ]);
    expect(verdict(chain.author(chain.alice, next))).toBe("ok");
  });

  it("A104: RULE permission.upgrade: is raised by those who may change the rules, and who are admins at least", () => {
    const chain = new Chain(crypto);
    const [bob, carol] = [chain.add("Bob", "admin"), chain.add("Carol")];
    chain.must(chain.alice, { type: "setPolicy", policy: preset("admins:2") });
    expect(verdict(chain.author(carol, next))).toBe("not_allowed");
    expect(verdict(chain.author(bob, next))).toBe("approvals_missing");
    expect(verdict(chain.author(bob, next, { approvals: [chain.approval(chain.alice, next)] }))).toBe("ok");
    const owners = new Chain(crypto, preset("owner"));
    expect(verdict(owners.author(owners.add("Bob", "admin"), next))).toBe("not_allowed");
  });

  it("is raised in a sealed room too, by its rules", () => {
    const chain = new Chain(crypto);
    chain.must(chain.alice, { type: "seal" });
    expect(verdict(chain.author(chain.alice, next))).toBe("ok");
  });

  it("is a change of the rules: yeses to what concerns the room are void after it", () => {
    const chain = new Chain(crypto);
    const bob = chain.add("Bob", "admin");
    chain.must(chain.alice, { type: "setPolicy", policy: preset("admins:2") });
    const open = { type: "setPolicy", policy: preset("open") } as const;
    const approvals = [chain.approval(bob, open)];
    expect(verdict(chain.author(chain.alice, open, { approvals }))).toBe("ok");
    chain.must(chain.alice, next, { approvals: [chain.approval(bob, next)] });
    expect(verdict(chain.author(chain.alice, open, { approvals }))).toBe("bad_approval");
  });
});

describe("a chain that leads to a version that this app does not know", () => {
  it("A104: RULE replay.upgrade: ends there for a newcomer, who learns who moved the room; what follows is not read", () => {
    const chain = new Chain(crypto);
    const bob = chain.add("Bob");
    chain.must(chain.alice, next);
    const known = chain.transitions.map(({ entry }) => entry.bytes);
    const later = signEntry(crypto, bob.leafSeed, { ...chain.transitions.at(-1)!.entry, seq: 3 }).bytes.slice();
    later[3] = 0x7f;
    const told = { by: { person: chain.alice.person, name: "Alice" }, version: ROOM_VERSION + 1, knows: ROOM_VERSION };
    for (const bytes of [known, [...known, later]])
      expect(replay(crypto, bytes, chain.roster.roomId)).toMatchObject({
        error: { code: "update_needed", upgraded: told },
      });
    expect(readChain(crypto, [...known, later], chain.roster.roomId)).toMatchObject({
      value: { length: known.length },
    });
    const { entry, roster } = chain.transitions.at(-1)!;
    expect(ahead(roster, entry)).toEqual(told);
  });

  it("A104: is refused where the move is not allowed: nobody waits for it", () => {
    const chain = new Chain(crypto);
    const bob = chain.add("Bob");
    const honest = chain.author(chain.alice, next);
    if (!honest.ok) throw new Error(honest.error.code);
    const known = chain.transitions.map(({ entry }) => entry.bytes);
    const { roomId } = chain.roster;
    const forged = signEntry(crypto, bob.leafSeed, {
      ...honest.value.entry,
      author: { person: bob.person, leaf: bob.leaf },
    });
    expect(verdict(replay(crypto, [...known, forged.bytes], roomId))).toBe("not_allowed");
    const stolen = signEntry(crypto, bob.leafSeed, honest.value.entry);
    expect(verdict(replay(crypto, [...known, stolen.bytes], roomId))).toBe("bad_signature");
  });

  it("A104: a charter of a later version tells a newcomer to update, if it is the charter that was asked for", () => {
    const chain = new Chain(crypto);
    const { entry } = chain.transitions[0]!;
    const action = { ...chain.charter(preset("owner")), version: ROOM_VERSION + 1 };
    const bytes = signEntry(crypto, chain.alice.leafSeed, { ...entry, action }).bytes;
    const roomId = RoomId.of(crypto.hash("sha256", bytes));
    expect(replay(crypto, [bytes], roomId)).toEqual({
      ok: false,
      error: { code: "update_needed", upgraded: { by: null, version: ROOM_VERSION + 1, knows: ROOM_VERSION } },
    });
    expect(verdict(replay(crypto, [bytes], chain.roster.roomId))).toBe("wrong_room");
    const old = { ...chain.charter(preset("owner")), version: FIRST_VERSION - 1 };
    const older = signEntry(crypto, chain.alice.leafSeed, { ...entry, action: old }).bytes;
    expect(verdict(replay(crypto, [older], RoomId.of(crypto.hash("sha256", older))))).toBe("malformed");
    expect(verdict(replay(crypto, [new Uint8Array(70)], RoomId.of(crypto.hash("sha256", new Uint8Array(70)))))).toBe(
      "malformed",
    );
  });
});
