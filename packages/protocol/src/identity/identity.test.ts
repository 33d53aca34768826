import { nodeCrypto as crypto } from "@conclave/crypto/node";
import { describe, expect, it } from "vitest";
import { RoomTag } from "@conclave/wire";
import { openSealed, sealTo } from "../encoding/sealing.js";
import { LeafKey, PersonId, RoomId } from "../encoding/ids.js";
import { openDeviceCert } from "./deviceCert.js";
import { peopleCode, personFingerprint, personTag, roomCode } from "./fingerprint.js";
import { isLabel } from "./label.js";
import { certifyLeaf, isLeafCredential, leafSealKeys, openLeafCert } from "./leafCert.js";
import { identityOf, newDevice } from "./person.js";
import { recoveryPhrase, seedOfPhrase } from "./recoveryPhrase.js";

const bytes = (fill: number, length = 32) => new Uint8Array(length).fill(fill);
let drawn = 0;
const primitives = { crypto, random: (length: number) => bytes(++drawn, length) };
const alice = identityOf(primitives, bytes(100));
const device = newDevice(primitives, alice, 1);
const leaf = LeafKey.of(crypto.ed25519PublicKey(bytes(101)));
const roomId = RoomId.of(bytes(102));
const cert = certifyLeaf(crypto, device, { roomId, leaf, name: "Alice" });

function everyChange(signed: Uint8Array, opens: (changed: Uint8Array) => unknown): void {
  for (let at = 0; at < signed.length; at++) {
    const changed = signed.slice();
    changed[at]! ^= 1;
    expect(opens(changed)).toBeNull();
  }
}

describe("certificates", () => {
  it("RULE identity.device-cert: a changed device certificate, or one that another key signed, is none", () => {
    expect(openDeviceCert(crypto, device.deviceCert)).toMatchObject({ person: alice.person, deviceNo: 1 });
    everyChange(device.deviceCert, (changed) => openDeviceCert(crypto, changed));
  });

  it("RULE identity.leaf-cert: a leaf certificate holds with both signatures only", () => {
    expect(openLeafCert(crypto, cert)).toMatchObject({ person: alice.person, roomId, leaf, name: "Alice" });
    everyChange(cert, (changed) => openLeafCert(crypto, changed));
    const mallory = newDevice(primitives, identityOf(primitives, bytes(103)), 1);
    const stolen = { deviceSeed: mallory.deviceSeed, deviceCert: device.deviceCert };
    expect(openLeafCert(crypto, certifyLeaf(crypto, stolen, { roomId, leaf, name: "Alice" }))).toBeNull();
  });

  it("names a key that is for its leaf alone and follows from the device's seed; what is sealed to it, the device opens", () => {
    const { seal } = openLeafCert(crypto, cert)!;
    const keys = leafSealKeys(crypto, device.deviceSeed, leaf);
    expect(seal).toEqual(keys.publicKey);
    const other = LeafKey.of(crypto.ed25519PublicKey(bytes(104)));
    expect(leafSealKeys(crypto, device.deviceSeed, other).publicKey).not.toEqual(seal);
    expect(leafSealKeys(crypto, bytes(105), leaf).publicKey).not.toEqual(seal);
    const context = { label: "conclave/example/v1", roomTag: RoomTag.of(bytes(106)) };
    const sealed = sealTo(primitives, context, seal, bytes(107))!;
    expect(openSealed(crypto, context, keys.privateKey, sealed)).toEqual(bytes(107));
  });

  it("RULE identity.room-bound: a credential is for its room and its signature key", () => {
    const credential = { type: "basic", identity: cert };
    expect(isLeafCredential(crypto, { credential, signatureKey: leaf }, roomId)).toBe(true);
    expect(isLeafCredential(crypto, { credential, signatureKey: leaf }, RoomId.of(bytes(1)))).toBe(false);
    expect(isLeafCredential(crypto, { credential, signatureKey: bytes(1) }, roomId)).toBe(false);
    expect(isLeafCredential(crypto, { credential: { ...credential, type: "x509" }, signatureKey: leaf }, roomId)).toBe(
      false,
    );
    expect(isLeafCredential(crypto, { credential: { type: "basic" }, signatureKey: leaf }, roomId)).toBe(false);
  });

  it("RULE signed.label: a signature of one structure is none of another", () => {
    expect(openDeviceCert(crypto, cert)).toBeNull();
    expect(openLeafCert(crypto, device.deviceCert)).toBeNull();
  });
});

describe("recovery phrase", () => {
  it("is 24 words for 32 bytes, however they are typed; a wrong word or checksum is refused", () => {
    const phrase = recoveryPhrase(bytes(7));
    expect(phrase.split(" ")).toHaveLength(24);
    expect(seedOfPhrase(`  ${phrase.toUpperCase().replaceAll(" ", "\n ")} `)).toEqual(bytes(7));
    expect(seedOfPhrase(phrase.replace(/^\w+/u, "conclavee"))).toBeNull();
    expect(seedOfPhrase(phrase.split(" ").reverse().join(" "))).toBeNull();
    expect(seedOfPhrase("abandon ".repeat(11) + "about")).toBeNull();
    expect(() => recoveryPhrase(bytes(7, 16))).toThrow(RangeError);
    // BIP-39's own vector for 32 zero bytes.
    expect(recoveryPhrase(bytes(0))).toBe("abandon ".repeat(23) + "art");
  });
});

describe("fingerprints", () => {
  it("have 60 digits and 12 words, and depend on everything they are of", () => {
    const { digits, words } = personFingerprint(crypto, alice.person);
    expect(digits).toMatch(/^(\d{5} ){11}\d{5}$/u);
    expect(words.split(" ")).toHaveLength(12);
    expect(words.startsWith(personTag(crypto, alice.person))).toBe(true);
    const codes = [
      roomCode(crypto, RoomId.of(bytes(1)), bytes(2), bytes(3)), roomCode(crypto, RoomId.of(bytes(2)), bytes(2), bytes(3)),
      roomCode(crypto, RoomId.of(bytes(1)), bytes(1), bytes(3)), roomCode(crypto, RoomId.of(bytes(1)), bytes(2), bytes(4)), digits,
      peopleCode(crypto, [PersonId.of(bytes(1)), PersonId.of(bytes(2))], bytes(3)), peopleCode(crypto, [PersonId.of(bytes(1))], bytes(3)),
      peopleCode(crypto, [PersonId.of(bytes(1)), PersonId.of(bytes(2))], bytes(4)),
    ]; // prettier-ignore
    expect(new Set(codes).size).toBe(codes.length);
    expect(peopleCode(crypto, [PersonId.of(bytes(2)), PersonId.of(bytes(1))], bytes(3))).toBe(codes[5]);
  });
});

describe("labels", () => {
  it("RULE label.plain: no control or direction characters, no blanks around, not too long", () => {
    for (const good of ["Alice", "Ζωή", "李小龙", "a b", "👩‍👩‍👧"]) expect(isLabel(good)).toBe(true);
    for (const bad of [
      "",
      " a",
      "a ",
      "a\nb",
      "\u202eevil",
      "a\u2066b",
      "\ufeffa",
      "\ud800",
      "a\u200bb",
      "\u3164",
      "a\u{e0041}",
      "a\u3000",
      "x".repeat(129),
      "é".repeat(65),
    ])
      expect(isLabel(bad)).toBe(false);
  });
});
