import { nodeCrypto, systemRandom } from "@conclave/crypto/node";
import { describe, expect, it } from "vitest";
import { CoreWorld } from "../core/coreWorld.js";
import { newKey } from "../core/scriptedClient.js";
import { Verdicts } from "./proofThread.js";

function signed() {
  const { seed, publicKey } = newKey();
  const message = systemRandom(80);
  return { publicKey, message, signature: nodeCrypto.ed25519Sign(seed, message) };
}

describe("RULE proof.checked", () => {
  it("a verdict holds for exactly what was checked, while its proofs are carried out; anything else is verified", () => {
    const asked: Uint8Array[] = [];
    const verdicts = new Verdicts((...check) => {
      asked.push(check[1]);
      return nodeCrypto.ed25519Verify(...check);
    });
    const [good, bad, other] = [signed(), { ...signed(), signature: systemRandom(64) }, signed()];
    const holds = ({ publicKey, message, signature }: typeof good): boolean =>
      verdicts.verify(publicKey, message, signature);
    verdicts.during([good, bad], [true, false], () => {
      expect([holds(good), holds(bad)]).toEqual([true, false]);
      expect(asked).toEqual([]);
      expect(holds(other)).toBe(true);
      for (const part of ["publicKey", "message", "signature"] as const) {
        const changed = good[part].slice();
        changed[3]! ^= 1;
        expect(holds({ ...good, [part]: changed })).toBe(false);
        expect(holds({ ...good, [part]: other[part] })).toBe(false);
      }
      expect(asked).toHaveLength(7);
    });
    expect(holds(good)).toBe(true);
    expect(asked).toHaveLength(8);
    // Checked, but without an answer.
    verdicts.during([good], [], () => expect(holds(good)).toBe(false));
  });
  it("the core asks for exactly the signatures that it says a request has", async () => {
    const asked: string[] = [];
    const name = (...parts: readonly Uint8Array[]): string => Buffer.concat(parts).toString("hex");
    const crypto: typeof nodeCrypto = {
      ...nodeCrypto,
      ed25519Verify: (...check) => {
        asked.push(name(...check));
        return nodeCrypto.ed25519Verify(...check);
      },
    };
    const world = new CoreWorld({}, undefined, crypto);
    const { client, roomTag, key } = await world.founder();
    const token = newKey();
    const { slotId } = await world.openSlot(client, roomTag, token);
    const said: string[] = [];
    world.onFrame = (connection, frame) => {
      const check = world.core.proofIn(connection, frame);
      if (check !== null) said.push(name(check.publicKey, check.message, check.signature));
    };
    asked.length = 0;
    await client.prove(roomTag, 0, key);
    await client.proveSlot(roomTag, slotId, token);
    await client.proveInbox(newKey());
    await client.ask({ type: "read", roomTag, fromN: 1, limit: 1 });
    expect(said).toHaveLength(3);
    expect(said).toEqual(asked);
    expect(world.core.proofIn(999, { type: "hello", versions: [4] })).toBeNull();
  });
});
