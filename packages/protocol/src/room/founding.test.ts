import { nodeCrypto } from "@conclave/crypto/node";
import { describe, expect, it } from "vitest";
import { newDevice, newIdentity } from "../identity/person.js";
import { preset } from "../policy/presets.js";
import { foundRoom, type Founding } from "./foundRoom.js";
import { loadRoom } from "./loadRoom.js";
import { NOW, seeded } from "./testRelay.fixture.js";

const primitives = seeded("founder");
const device = newDevice(primitives, newIdentity(primitives), 1);
const relay = { publicKey: nodeCrypto.ed25519PublicKey(new Uint8Array(32).fill(7)), address: "ws://127.0.0.1:1" };

function found(change: Partial<Founding> = {}) {
  const policy = preset("owner");
  return foundRoom(primitives, {
    device,
    name: "Alice",
    title: "Garden",
    policy,
    relay,
    now: NOW,
    suite: 1,
    ...change,
  });
}

describe("a room", () => {
  it("is not founded with what no charter may hold, and says what that is", () => {
    const { rules, ...rest } = preset("owner");
    const endless = { ...rest, rules: { ...rules, setPolicy: { kind: "nobody" } as const } };
    const codes = [
      found(),
      found({ title: "" }),
      found({ policy: endless }),
      found({ device: { ...device, deviceCert: new Uint8Array(9) } }),
    ].map((each) => (each.ok ? null : each.error.code));
    expect(codes).toEqual([null, "invalid_action", "invalid_policy", "bad_leaf_cert"]);
  });

  it("begins with its founder alone, who is sure of it, at the beginning of its log", () => {
    const founded = found();
    if (!founded.ok) throw new Error(founded.error.code);
    const { room, delta, creation, decision } = founded.value;
    for (const each of [room, loadRoom(primitives, new Map(delta.put))]) {
      expect([each.status, each.epoch, each.lastCommit, each.cursor.n, each.roster.seq]).toEqual([
        "active",
        0,
        0,
        0,
        0,
      ]);
      expect([...each.roster.members.values()].map(({ name, role }) => [name, role])).toEqual([["Alice", "owner"]]);
      expect([each.pending, each.upgraded, each.farewells()]).toEqual([null, null, []]);
      expect(each.confirmed).toEqual({ by: each.self.person, time: NOW });
      expect(each.roster.chainTime).toBe(NOW);
    }
    expect(creation.roomTag).toEqual(room.tag);
    expect(creation.writeKey).toEqual(room.writeKey().publicKey);
    expect(decision).toMatchObject({ seq: 0, action: { type: "charter", title: "Garden" }, by: room.self.person });
  });
});
