import { equalBytes, Writer } from "@conclave/codec";
import { committingSeal } from "@conclave/crypto";
import { nodeCrypto as crypto } from "@conclave/crypto/node";
import { DEFAULT_LIMITS, RoomTag } from "@conclave/wire";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { derivedKey } from "../encoding/digest.js";
import { openEnvelope, sealEnvelope } from "./envelope.js";
import { PADDED_SIZES } from "./padding.js";
import { openRosterRecord, sealRosterRecord } from "./rosterLog.js";

const bytes = (fill: number, length = 32) => new Uint8Array(length).fill(fill);
const context = { roomTag: RoomTag.of(bytes(1)), epoch: 7 };
const OVERHEAD = 24 + 48;

const place = { seq: 40, before: bytes(9) };

describe("roster record", () => {
  it("A113: of the longest entry, with the yeses of 241 people, is one that a relay takes", () => {
    const content = { entry: bytes(3, 60 * 1024), previousKey: bytes(4) };
    const record = sealRosterRecord(
      crypto,
      context.roomTag,
      { generation: 1, key: bytes(2) },
      { ...place, seq: 9 },
      content,
    );
    expect(record.length).toBeLessThanOrEqual(DEFAULT_LIMITS.attachment);
  });
});

describe("envelope", () => {
  it("round-trips any message, at a padded size", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), (message) => {
        const envelope = sealEnvelope(crypto, bytes(2), context, message);
        expect(PADDED_SIZES).toContain(envelope.length - OVERHEAD);
        expect(openEnvelope(crypto, bytes(2), context, envelope)).toEqual(message);
      }),
    );
    for (const length of [65_534, 65_536, 200_000]) {
      const envelope = sealEnvelope(crypto, bytes(2), context, bytes(5, length));
      expect((envelope.length - OVERHEAD) % 65_536).toBe(0);
      expect(openEnvelope(crypto, bytes(2), context, envelope)).toHaveLength(length);
    }
  });

  it("hides the length: two messages of one bucket give envelopes of one size", () => {
    const sizes = [0, 1, 100, 254].map((n) => sealEnvelope(crypto, bytes(2), context, bytes(3, n)).length);
    expect(new Set(sizes).size).toBe(1);
  });

  it("RULE envelope.padding: what stands behind the message is zeros", () => {
    const seal = (padding: number, size = 256) => {
      const padded = new Uint8Array(size).fill(padding, 11);
      padded.set(new Writer(16).opaque(bytes(9, 10)).finish());
      const aad = new Writer(96).text("conclave/envelope/v1").fixed(context.roomTag).u53(context.epoch).finish();
      const sealed = committingSeal(crypto, bytes(2), bytes(6, 24), aad, padded);
      return new Writer(2048).fixed(bytes(6, 24)).fixed(sealed).finish();
    };
    expect(openEnvelope(crypto, bytes(2), context, seal(0))).toEqual(bytes(9, 10));
    expect(openEnvelope(crypto, bytes(2), context, seal(1))).toBeNull();
    expect(openEnvelope(crypto, bytes(2), context, seal(0, 1024))).toBeNull();
  });

  it("RULE envelope.committing: opens under its own key, room and epoch only, and not when a byte is changed", () => {
    const envelope = sealEnvelope(crypto, bytes(2), context, bytes(9, 10));
    expect(openEnvelope(crypto, bytes(3), context, envelope)).toBeNull();
    expect(openEnvelope(crypto, bytes(2), { ...context, epoch: 8 }, envelope)).toBeNull();
    expect(openEnvelope(crypto, bytes(2), { ...context, roomTag: RoomTag.of(bytes(4)) }, envelope)).toBeNull();
    for (const at of [0, 24, 60, envelope.length - 1]) {
      const changed = envelope.slice();
      changed[at]! ^= 1;
      expect(openEnvelope(crypto, bytes(2), context, changed)).toBeNull();
    }
    for (const length of [0, 5, 23, 24, 25, 55, 56, 57])
      expect(openEnvelope(crypto, bytes(2), context, envelope.subarray(0, length))).toBeNull();
  });
});

describe("roster log", () => {
  const key = { generation: 3, key: bytes(7) };
  const content = { entry: bytes(8, 500), previousKey: bytes(6) };

  it("is deterministic and round-trips", () => {
    const record = sealRosterRecord(crypto, RoomTag.of(bytes(1)), key, place, content);
    expect(equalBytes(record, sealRosterRecord(crypto, RoomTag.of(bytes(1)), key, place, content))).toBe(true);
    expect(openRosterRecord(crypto, RoomTag.of(bytes(1)), [key], record)).toEqual({
      ...content,
      generation: 3,
      ...place,
    });
  });

  it("RULE rosterLog.one-record: of one entry at one place there is one record, and the record before is its own", () => {
    const padded = (size: number) => {
      const plain = new Uint8Array(size);
      plain.set(
        new Writer(1024).opaque(new Writer(1024).opaque(content.entry).bool(true).fixed(bytes(6)).finish()).finish(),
      );
      return plain;
    };
    const seal = (plain: Uint8Array, mask: Uint8Array, before = place.before) => {
      const info = new Writer(64).u53(40).fixed(mask).finish();
      const recordKey = derivedKey(crypto, key.key, "conclave/roster-log/v1", info);
      const aad = new Writer(128).text("conclave/roster-log/v1").fixed(bytes(1)).fixed(place.before).u32(3).u53(40);
      const sealed = committingSeal(crypto, recordKey, new Uint8Array(12), aad.finish(), plain);
      return new Writer(2048).fixed(before).u32(3).u53(40).fixed(mask).opaque(sealed).finish();
    };
    const open = (record: Uint8Array) => openRosterRecord(crypto, RoomTag.of(bytes(1)), [key], record);
    const maskOf = (plain: Uint8Array) => crypto.hash("sha256", crypto.hash("sha256", plain));
    const honest = seal(padded(1024), maskOf(padded(1024)));
    expect(honest).toEqual(sealRosterRecord(crypto, RoomTag.of(bytes(1)), key, place, content));
    expect(open(honest)).not.toBeNull();
    // Another mask, another padding, another record before.
    expect(open(seal(padded(1024), bytes(1)))).toBeNull();
    expect(open(seal(padded(4096), maskOf(padded(4096))))).toBeNull();
    expect(open(seal(padded(1024), maskOf(padded(1024)), bytes(8)))).toBeNull();
  });

  it("seals two entries of one seq under different keys, so a lost race reuses no nonce", () => {
    const a = sealRosterRecord(crypto, RoomTag.of(bytes(1)), key, place, { entry: bytes(0, 64), previousKey: null });
    const b = sealRosterRecord(crypto, RoomTag.of(bytes(1)), key, place, { entry: bytes(1, 64), previousKey: null });
    // With one key stream, the two ciphertexts of constant entries would differ by a constant.
    const differences = new Set(Array.from(a.slice(-70, -20), (byte, i) => byte ^ b.slice(-70, -20)[i]!));
    expect(differences.size).toBeGreaterThan(5);
  });

  it("hides what kind of decision a record holds: entries of one bucket give records of one size", () => {
    const sizes = [60, 100, 200].map((n) => {
      return sealRosterRecord(crypto, RoomTag.of(bytes(1)), key, place, { entry: bytes(1, n), previousKey: null })
        .length;
    });
    expect(new Set(sizes).size).toBe(1);
  });

  it("RULE rosterLog.generation: a generation nobody has, another room, or a changed byte opens nothing", () => {
    const record = sealRosterRecord(crypto, RoomTag.of(bytes(1)), key, place, content);
    expect(openRosterRecord(crypto, RoomTag.of(bytes(1)), [{ ...key, generation: 4 }], record)).toBeNull();
    expect(openRosterRecord(crypto, RoomTag.of(bytes(1)), [{ ...key, key: bytes(1) }], record)).toBeNull();
    expect(openRosterRecord(crypto, RoomTag.of(bytes(2)), [key], record)).toBeNull();
    for (let at = 0; at < record.length; at += 7) {
      const changed = record.slice();
      changed[at]! ^= 1;
      expect(openRosterRecord(crypto, RoomTag.of(bytes(1)), [key], changed)).toBeNull();
    }
  });
});
