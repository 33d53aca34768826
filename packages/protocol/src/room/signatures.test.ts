import { toHex } from "@conclave/codec";
import { type Crypto, type SignatureCheck } from "@conclave/crypto";
import { nodeCrypto } from "@conclave/crypto/node";
import { describe, expect, it } from "vitest";
import { decodeEntry } from "../roster/entry.js";
import { ROOM_VERSION } from "../roster/version.js";
import { preset } from "../policy/presets.js";
import { judgeRoom, openRoom, readSlot } from "./preview.js";
import { acceptAdmission, askToJoin, openingAdmission } from "./asking.js";
import { readFrom } from "./history.js";
import { joinRoom } from "./joinRoom.js";
import { admissionSignatures, signaturesOf } from "./signatures.js";
import { founded, invite, join, NOW, Person, preview, seeded } from "./testRelay.fixture.js";

const nameOf = ({ publicKey, message, signature }: SignatureCheck) =>
  [publicKey, message, signature].map((bytes) => toHex(bytes)).join();

describe("the signatures that a joiner will check", () => {
  it("are foreseen, all that there is one of for each member or decision", () => {
    const { alice, log } = founded(preset("owner"));
    const secret = invite(alice, log);
    const people = ["Bob", "Carol", "Dora"].map((name) => join(alice, name, log, secret));
    const guest = new Person(seeded("guest"), "Guest");
    const link = alice.room.linkOf(secret);
    const slot = readSlot(guest.primitives, link, alice.room.slots(NOW)[0]!.blob);
    if (!slot.ok) throw new Error(slot.error.code);
    const opened = openRoom(guest.primitives, link, slot.value, log.roster);
    if (!opened.ok) throw new Error(opened.error.code);

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
    if (!judged.ok) throw new Error(judged.error.code);
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

  it("are foreseen of an admission too, those that the Welcome hides included", () => {
    const { alice, log } = founded();
    const direct = invite(alice, log);
    const people = ["Bob", "Carol"].map((name) => join(alice, name, log, direct));
    const guest = new Person(seeded("guest"), "Guest");
    const seen = preview(alice, guest, log, invite(alice, log, { mode: "ask" }));
    const asked = askToJoin(guest.primitives, seen, { device: guest.device, name: "Guest", note: "", now: NOW });
    if (!asked.ok) throw new Error(asked.error.code);
    const request = alice.room.requests.open(asked.value.blob, NOW);
    if (!request.ok) throw new Error(request.error.code);
    const { leafCert } = request.value;
    expect(alice.act(log, { type: "add", leafCert, role: "member" }, { request: request.value })).toBeNull();
    const opening = openingAdmission(guest.primitives, asked.value.asking, log.deliveries[0]!);
    const opened = readFrom(nodeCrypto, opening, log.roster);
    if (!opened.ok) throw new Error(opened.error.code);
    const foreseen = admissionSignatures(guest.primitives, asked.value.asking, opened.value);
    const known = new Set(foreseen.map(nameOf));
    for (const { publicKey, message, signature } of foreseen)
      expect(nodeCrypto.ed25519Verify(publicKey, message, signature)).toBe(true);
    let others = 0;
    const crypto: Crypto = {
      ...nodeCrypto,
      ed25519Verify(publicKey, message, signature) {
        if (!known.has(nameOf({ publicKey, message, signature }))) others++;
        return nodeCrypto.ed25519Verify(publicKey, message, signature);
      },
    };
    expect(acceptAdmission({ ...guest.primitives, crypto }, asked.value.asking, opened.value).ok).toBe(true);
    // The GroupInfo's own.
    expect(others).toBe(1);
    // Four for each who came, those of the charter and of two invites, and one for each leaf.
    expect(known.size).toBeGreaterThanOrEqual(4 * (people.length + 1) + 3 + 2 + (people.length + 2));
  });

  it("asking about a room judges nothing: what does not hold is asked about, and refused after it", () => {
    const { alice, log } = founded(preset("owner"));
    const secret = invite(alice, log);
    join(alice, "Bob", log, secret);
    const guest = new Person(seeded("guest"), "Guest");
    const link = alice.room.linkOf(secret);
    const slot = readSlot(guest.primitives, link, alice.room.slots(NOW)[0]!.blob);
    const opened = slot.ok ? openRoom(guest.primitives, link, slot.value, log.roster) : slot;
    if (!opened.ok) throw new Error(opened.error.code);
    const entries = opened.value.entries.map((entry, at) =>
      at === 1 ? { ...entry, signed: { ...entry.signed, signature: new Uint8Array(64) } } : entry,
    );
    const forged = { ...opened.value, entries };
    const checks = signaturesOf(guest.primitives, forged);
    expect(checks).toHaveLength(signaturesOf(guest.primitives, opened.value).length);
    expect(judgeRoom(guest.primitives, forged)).toMatchObject({ error: { code: "bad_signature" } });
  });

  it("A80: asking throws at nothing, and asks about no more than there is, whatever the keys of the slot are made of", () => {
    const { alice, log } = founded(preset("owner"));
    const secret = invite(alice, log);
    for (const name of ["Bob", "Carol", "Dave"]) join(alice, name, log, secret);
    const guest = new Person(seeded("guest"), "Guest");
    const link = alice.room.linkOf(secret);
    const slot = readSlot(guest.primitives, link, alice.room.slots(NOW)[0]!.blob);
    const opened = slot.ok ? openRoom(guest.primitives, link, slot.value, log.roster) : slot;
    if (!opened.ok) throw new Error(opened.error.code);
    const { entrance } = opened.value.slot;
    const most = signaturesOf(guest.primitives, opened.value).length;
    const { random } = seeded("mutations");
    const asked = (groupInfo: Uint8Array, entries = opened.value.entries) =>
      signaturesOf(guest.primitives, {
        ...opened.value,
        entries,
        slot: { ...opened.value.slot, entrance: { ...entrance!, groupInfo } },
      }).length;
    for (let round = 0; round < 500; round++) {
      const changed = entrance!.groupInfo.slice();
      const [where, what, how] = [random(4), random(4), random(1)[0]!];
      const at = new DataView(where.buffer, where.byteOffset).getUint32(0) % changed.length;
      changed.set(what.subarray(0, 1 + (how % 4)).subarray(0, changed.length - at), at);
      const cut = how % 5 === 0 ? changed.subarray(0, at) : changed;
      expect(asked(cut)).toBeLessThanOrEqual(most + 4);
    }
    for (const entry of opened.value.entries.filter(({ seq }) => seq > 0)) {
      for (let round = 0; round < 50; round++) {
        const bytes = entry.bytes.slice();
        const where = random(2);
        bytes[((where[0]! << 8) | where[1]!) % bytes.length] = random(1)[0]!;
        const decoded = decodeEntry(nodeCrypto, bytes, ROOM_VERSION);
        if (decoded.ok) expect(asked(entrance!.groupInfo, [decoded.value])).toBeLessThanOrEqual(most);
      }
    }
  });
});
