import { toHex } from "@conclave/codec";
import { type Crypto, type SignatureCheck } from "@conclave/crypto";
import { nodeCrypto } from "@conclave/crypto/node";
import { describe, expect, it } from "vitest";
import { preset } from "../policy/presets.js";
import { judgeRoom, openRoom, readSlot } from "./preview.js";
import { joinRoom } from "./joinRoom.js";
import { signaturesOf } from "./signatures.js";
import { founded, invite, join, NOW, Person, seeded } from "./testRelay.fixture.js";

const nameOf = ({ publicKey, message, signature }: SignatureCheck) =>
  [publicKey, message, signature].map((bytes) => toHex(bytes)).join();

describe("the signatures that a joiner will check", () => {
  it("are foreseen, all that there is one of for each member or decision", () => {
    const { alice, log } = founded(preset("ownerLed"));
    const secret = invite(alice, log);
    const people = ["Bob", "Carol", "Dora"].map((name) => join(alice, name, log, secret));
    const guest = new Person(seeded("guest"), "Guest");
    const link = alice.room.linkOf(secret);
    const slot = readSlot(guest.primitives, link, alice.room.slots(NOW)[0]!.blob);
    if (!slot.ok) throw new Error(slot.rejection.code);
    const opened = openRoom(guest.primitives, link, slot.value, log.roster);
    if (!opened.ok) throw new Error(opened.rejection.code);

    const foreseen = signaturesOf(guest.primitives, opened.value);
    for (const { publicKey, message, signature } of foreseen)
      expect(nodeCrypto.ed25519Verify(publicKey, message, signature)).toBe(true);
    const known = new Set(foreseen.map(nameOf));
    let others = 0;
    const crypto: Crypto = {
      ...nodeCrypto,
      ed25519Verify(publicKey, message, signature) {
        if (!known.has(nameOf({ publicKey, message, signature }))) others++;
        return nodeCrypto.ed25519Verify(publicKey, message, signature);
      },
    };
    const watched = { ...guest.primitives, crypto };
    const judged = judgeRoom(watched, opened.value);
    if (!judged.ok) throw new Error(judged.rejection.code);
    // The GroupInfo's own.
    expect(others).toBe(1);
    // Four for each who came, one for each leaf, those of the charter and the invite, and the founder's certificate for
    // the room that the charter began.
    expect(known.size).toBe(4 * people.length + (people.length + 1) + 4 + 1);
    const joined = joinRoom(watched, judged.value, { device: guest.device, name: "Guest", now: NOW });
    expect(joined.ok).toBe(true);
    // What the joiner signs and checks again before it sends it.
    expect(others).toBeLessThan(16);
  });

  it("asking about a room judges nothing: what does not hold is asked about, and refused after it", () => {
    const { alice, log } = founded(preset("ownerLed"));
    const secret = invite(alice, log);
    join(alice, "Bob", log, secret);
    const guest = new Person(seeded("guest"), "Guest");
    const link = alice.room.linkOf(secret);
    const slot = readSlot(guest.primitives, link, alice.room.slots(NOW)[0]!.blob);
    const opened = slot.ok ? openRoom(guest.primitives, link, slot.value, log.roster) : slot;
    if (!opened.ok) throw new Error(opened.rejection.code);
    const entries = opened.value.entries.map((entry, at) =>
      at === 1 ? { ...entry, signed: { ...entry.signed, signature: new Uint8Array(64) } } : entry,
    );
    const forged = { ...opened.value, entries };
    const checks = signaturesOf(guest.primitives, forged);
    expect(checks).toHaveLength(signaturesOf(guest.primitives, opened.value).length);
    expect(judgeRoom(guest.primitives, forged)).toMatchObject({ rejection: { code: "bad_signature" } });
  });
});
