import { describe, expect, it } from "vitest";
import { type ArgonCosts, stretch } from "@conclave/crypto/argon2";
import { decodeSlots, encodeSlots, MAX_COSTS, MAX_SLOTS, type Slot, slotContext } from "./slot.js";

const salt = new Uint8Array(16).fill(7);
const rest = { nonce: new Uint8Array(12).fill(1), wrapped: new Uint8Array(48).fill(2) };
const good = { memory: 65_536, passes: 3, lanes: 1 };
const withCosts = (costs: ArgonCosts): Slot => ({ lock: { kind: "passphrase", salt, costs }, ...rest });

describe("slots", () => {
  it("are read as they were written", () => {
    const credentialId = new Uint8Array(64).fill(9);
    const slots: Slot[] = [
      { lock: { kind: "device" }, ...rest },
      withCosts(good),
      { lock: { kind: "passkey", salt, credentialId }, ...rest },
    ];
    expect(decodeSlots(encodeSlots(slots))).toEqual(slots);
    expect(decodeSlots(encodeSlots([]))).toEqual([]);
  });

  it("RULE vault.costs: a slot that asks for more memory, passes or lanes than a browser bears is no slot", () => {
    expect(decodeSlots(encodeSlots([withCosts(MAX_COSTS)]))).toHaveLength(1);
    const dear = [{ memory: MAX_COSTS.memory + 1 }, { memory: 4 * 1024 * 1024 }, { passes: 17 }, { lanes: 5 }];
    const senseless = [{ memory: 7 }, { memory: 0 }, { passes: 0 }, { lanes: 0 }];
    for (const costs of [...dear, ...senseless])
      expect(decodeSlots(encodeSlots([withCosts({ ...good, ...costs })])), JSON.stringify(costs)).toBeNull();
  });

  it("junk, another version, and too many slots are no slots", () => {
    const bytes = encodeSlots([withCosts(good)]);
    for (let length = 0; length < bytes.length; length++) expect(decodeSlots(bytes.subarray(0, length))).toBeNull();
    expect(decodeSlots(Uint8Array.of(2, ...bytes.subarray(1)))).toBeNull();
    expect(decodeSlots(Uint8Array.of(...bytes, 0))).toBeNull();
    expect(decodeSlots(encodeSlots(Array<Slot>(MAX_SLOTS + 1).fill(withCosts(good))))).toBeNull();
  });

  it("a wrapped key's context tells volumes, kinds, salts and costs apart", () => {
    const locks = [{ kind: "device" } as const, withCosts(good).lock, withCosts({ ...good, passes: 4 }).lock];
    const contexts = ["00", "01"].flatMap((volume) => locks.map((lock) => slotContext(volume, lock).join()));
    expect(new Set(contexts).size).toBe(6);
  });

  it("argon2id gives what the reference implementation gives (phc-winner-argon2, test.c)", async () => {
    const bytes = (text: string) => new TextEncoder().encode(text);
    const costs = { memory: 65_536, passes: 2, lanes: 1 };
    const stretched = await stretch(bytes("password"), bytes("somesalt"), costs);
    expect(Buffer.from(stretched).toString("hex")).toBe(
      "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7",
    );
  });
});
