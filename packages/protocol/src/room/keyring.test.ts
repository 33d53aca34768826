import { nodeCrypto as crypto } from "@conclave/crypto/node";
import type { EpochView } from "@conclave/mls";
import { describe, expect, it } from "vitest";
import {
  decodeKeyring,
  encodeKeyring,
  envelopeKeyOf,
  firstRosterKey,
  hasAllRequestKeys,
  type Keyring,
  keyringOfJoin,
  newKeyring,
  nextKeyring,
  proved,
  withEarlier,
  wrappedRosterKey,
  writeKeysOf,
} from "./keyring.js";

const hash = (byte: number) => new Uint8Array(32).fill(byte);

/** An epoch whose secrets are told apart by their names. */
function view(epoch: number): EpochView {
  const secret = (label: string) => crypto.hash("sha256", new TextEncoder().encode(`${String(epoch)} ${label}`));
  return { epoch: BigInt(epoch), export: secret } as unknown as EpochView;
}

const began = (epoch: number) =>
  newKeyring(view(epoch), { roster: [firstRosterKey(view(epoch))], isRosterKeyUsed: true, record: hash(1) });

function later(keys: Keyring, epochs: readonly number[]): Keyring {
  return epochs.reduce((before, epoch) => nextKeyring(before, view(epoch), { record: null, generation: 0 }), keys);
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at);
const epochsOf = (keys: readonly { readonly epoch: number }[]) => keys.map(({ epoch }) => epoch);

describe("a room's keys", () => {
  it("are those of three epochs for envelopes, of 32 for requests and for writing", () => {
    const keys = later(began(0), range(1, 40));
    expect(epochsOf(keys.envelopes)).toEqual([38, 39, 40]);
    expect([37, 38, 40, 41].map((epoch) => envelopeKeyOf(keys, epoch) !== null)).toEqual([false, true, true, false]);
    expect(envelopeKeyOf(keys, 39)).toEqual(view(39).export("conclave/envelope", hash(0), 32));
    expect(epochsOf(keys.requests)).toEqual(range(9, 40));
    // The first one stays until the relay has seen a later one.
    expect(epochsOf(keys.writes)).toEqual([0, ...range(10, 40)]);
    expect(decodeKeyring(encodeKeyring(keys))).toEqual(keys);
    for (const few of [later(began(0), range(1, 2)), later(began(0), [])])
      expect(epochsOf(few.writes)).toEqual(epochsOf(few.requests));
  });

  it("for writing go up to the epoch that the relay has seen, and that one stays", () => {
    const keys = later(began(3), range(4, 9));
    expect(epochsOf(proved(keys, 6).writes)).toEqual([6, 7, 8, 9]);
    expect(epochsOf(proved(keys, 9).writes)).toEqual([9]);
    expect(proved(keys, 99).writes).toEqual([]);
    expect(withEarlier({ ...keys, writes: [] }, { ...keys, writes: [] }).writes).toEqual([]);
    expect(epochsOf(writeKeysOf(crypto, keys))).toEqual(range(3, 9));
    expect(epochsOf(writeKeysOf(crypto, later(began(0), [1])))).toEqual([0, 1]);
    expect(epochsOf(writeKeysOf(crypto, keys, 7))).toEqual([8, 9]);
    const { publicKey, seed } = writeKeysOf(crypto, keys, 8)[0]!;
    expect(publicKey).toEqual(crypto.ed25519PublicKey(seed));
  });

  it("of who came back are those of before too, as many as ever", () => {
    const before = later(began(0), range(1, 30));
    const keys = later(began(40), range(41, 45));
    const all = withEarlier(keys, before);
    expect(epochsOf(all.requests)).toEqual([...range(5, 30), ...range(40, 45)]);
    expect(epochsOf(all.writes)).toEqual([0, ...range(6, 30), ...range(40, 45)]);
    expect({ ...all, requests: [], writes: [] }).toEqual({ ...keys, requests: [], writes: [] });
  });

  it("to requests are all there from the first epoch on, or when none can be older", () => {
    expect(hasAllRequestKeys(began(0))).toBe(true);
    expect(hasAllRequestKeys(began(1))).toBe(false);
    expect(hasAllRequestKeys(later(began(1), range(2, 31)))).toBe(false);
    expect(hasAllRequestKeys(later(began(1), range(2, 32)))).toBe(true);
    expect(hasAllRequestKeys({ ...began(1), requests: [] })).toBe(false);
  });

  it("RULE keyring.removal-renews: to the roster are new with each generation, whose first record wraps the one before", () => {
    const keys = began(5);
    expect(wrappedRosterKey(keys)).toBeNull();
    expect(wrappedRosterKey({ ...keys, isRosterKeyUsed: false })).toBeNull();
    const renewed = nextKeyring(keys, view(6), { record: hash(2), generation: 1 });
    expect(renewed.roster).toEqual([...keys.roster, { generation: 1, key: firstRosterKey(view(6)).key }]);
    expect(renewed).toMatchObject({ isRosterKeyUsed: false, record: hash(2) });
    expect(wrappedRosterKey(renewed)).toEqual(keys.roster[0]!.key);
    const rekeyed = nextKeyring(renewed, view(7), { record: null, generation: 1 });
    expect(rekeyed).toMatchObject({ isRosterKeyUsed: false, record: hash(2), roster: renewed.roster });
    const used = nextKeyring(rekeyed, view(8), { record: hash(3), generation: 1 });
    expect(used).toMatchObject({ isRosterKeyUsed: true, record: hash(3), roster: renewed.roster });
    expect(wrappedRosterKey(used)).toBeNull();
    expect(nextKeyring(used, view(9), { record: null, generation: 1 }).isRosterKeyUsed).toBe(true);
    const again = nextKeyring(used, view(9), { record: null, generation: 2 });
    expect(again.roster.map(({ generation }) => generation)).toEqual([1, 2]);
    expect(again.isRosterKeyUsed).toBe(false);
  });

  it("to the roster of who came in by themselves are those of the slot, and one of their own where they began a generation", () => {
    const { roster } = nextKeyring(began(5), view(6), { record: null, generation: 1 });
    const joined = (generation: number) => keyringOfJoin(view(7), { roster }, { generation, record: hash(4) });
    expect(joined(1)).toEqual({ roster, isRosterKeyUsed: true, record: hash(4) });
    expect(joined(2)).toEqual({
      ...{ isRosterKeyUsed: false, record: hash(4) },
      roster: [roster[1], { generation: 2, key: firstRosterKey(view(7)).key }],
    });
  });
});
