import { nodeCrypto as crypto } from "@conclave/crypto/node";
import { RoomTag } from "@conclave/wire";
import { describe, expect, it } from "vitest";
import { derivedKey } from "../encoding/digest.js";
import { InviteId, LeafKey, PersonId, RoomId } from "../encoding/ids.js";
import { leafKeyOf } from "../identity/leafCert.js";
import { type Admission, openAdmission, sealAdmission } from "./admission.js";
import { type Decline, openDecline, sealDecline } from "./decline.js";
import { type Door, openDoor, sealDoor } from "./door.js";
import { generationOfPlea, openPlea, type Plea, pleaKeys, sealPlea } from "./plea.js";
import { openSlot, sealSlot, type SlotView } from "./slot.js";

const bytes = (fill: number, length = 32) => new Uint8Array(length).fill(fill);
let drawn = 0;
const primitives = { crypto, random: (length: number) => bytes(++drawn, length) };
const roomId = RoomId.of(bytes(1));
const roomTag = RoomTag.of(bytes(2));
const leafSeed = bytes(3);
const leaf = leafKeyOf(crypto, leafSeed);
const other = LeafKey.of(bytes(4));
const theirs = crypto.kemDeriveKeyPair("x25519", bytes(5));
const unusable = bytes(0);
const place = { n: 7, head: bytes(8) };

describe("what is sealed to one person", () => {
  const door: Door = { roomId, asked: other, leaf, time: 9, removal: null };
  const open = (sealed: Uint8Array | null, change: Partial<Parameters<typeof openDoor>[1]> = {}) =>
    openDoor(crypto, { roomId, roomTag, asked: other, doorKey: theirs.privateKey, ...change }, sealed!);
  const seal = (what: Door, seed = leafSeed, doorPub = theirs.publicKey) =>
    sealDoor(primitives, { roomTag, doorPub, leafSeed: seed }, what);

  it("RULE door.asked: a door opens for who asked, in their room, and by who signed it", () => {
    expect(open(seal(door))).toEqual(door);
    const removal = { hash: bytes(6), rosterKey: { generation: 2, key: bytes(7) }, record: bytes(8) };
    expect(open(seal({ ...door, removal }))).toEqual({ ...door, removal });
    expect(open(seal({ ...door, roomId: RoomId.of(bytes(9)) }))).toBeNull();
    expect(open(seal({ ...door, asked: leaf }))).toBeNull();
    expect(open(seal(door, bytes(10)))).toBeNull();
    expect(open(seal(door), { doorKey: bytes(11) })).toBeNull();
    expect(open(seal(door), { roomTag: RoomTag.of(bytes(12)) })).toBeNull();
    expect(open(bytes(13, 200))).toBeNull();
    expect(seal(door, leafSeed, unusable)).toBeNull();
  });

  it("a no and an admission open for whose they are, in their room", () => {
    const decline: Decline = { roomId, asked: other, person: PersonId.of(bytes(14)), leaf, time: 15 };
    const no = sealDecline(primitives, { roomTag, replyPub: theirs.publicKey, leafSeed }, decline)!;
    const yes: Admission = {
      ...{ welcome: bytes(16, 100), head: bytes(17), log: place, lastCommit: 6, recordHash: bytes(18) },
      ...{ roster: [{ generation: 0, key: bytes(19) }], isRosterKeyUsed: true, record: bytes(20) },
    };
    const admission = sealAdmission(primitives, roomTag, theirs.publicKey, yes)!;
    expect(openDecline(crypto, roomTag, theirs.privateKey, no)).toEqual(decline);
    expect(openAdmission(crypto, roomTag, theirs.privateKey, admission)).toEqual(yes);
    const wrong = sealDecline(primitives, { roomTag, replyPub: theirs.publicKey, leafSeed: bytes(21) }, decline)!;
    for (const [tag, key, blob] of [
      [roomTag, theirs.privateKey, wrong],
      [roomTag, theirs.privateKey, bytes(22, 300)],
      [roomTag, bytes(23), no],
      [RoomTag.of(bytes(24)), theirs.privateKey, no],
    ] as const)
      expect(openDecline(crypto, tag, key, blob)).toBeNull();
    // One is never taken for the other.
    expect(openDecline(crypto, roomTag, theirs.privateKey, admission)).toBeNull();
    expect(openAdmission(crypto, roomTag, theirs.privateKey, no)).toBeNull();
    expect(openAdmission(crypto, roomTag, bytes(25), admission)).toBeNull();
    expect(sealDecline(primitives, { roomTag, replyPub: unusable, leafSeed }, decline)).toBeNull();
    expect(sealAdmission(primitives, roomTag, unusable, yes)).toBeNull();
  });

  it("RULE slot.room-bound and RULE slot.signed: a slot opens for its room and invite, and by who signed it", () => {
    const inviteId = InviteId.of(bytes(26, 16));
    const view: SlotView = {
      ...{ roomId, inviteId, leaf, time: 27, epoch: 4, head: { seq: 3, hash: bytes(28) }, log: place, lastCommit: 5 },
      ...{ roster: [], isRosterKeyUsed: true, record: bytes(29), requestPub: bytes(30), suite: 1, entrance: null },
    };
    const sealed = (what: SlotView, seed = leafSeed) =>
      sealSlot(primitives, { roomTag, slotPub: theirs.publicKey, leafSeed: seed }, what)!;
    const opened = (blob: Uint8Array) =>
      openSlot(crypto, { roomId, roomTag, inviteId, slotKey: theirs.privateKey }, blob);
    expect(opened(sealed(view))).toEqual(view);
    const entrance = { groupInfo: bytes(31, 50), envelopeKey: bytes(32) };
    const keys = [0, 1, 2].map((generation) => ({ generation, key: bytes(33) }));
    expect(opened(sealed({ ...view, entrance, roster: keys.slice(0, 2) }))).toMatchObject({ entrance });
    expect(opened(sealed({ ...view, roster: keys }))).toBeNull();
    expect(opened(sealed({ ...view, roomId: RoomId.of(bytes(34)) }))).toBeNull();
    expect(opened(sealed({ ...view, inviteId: InviteId.of(bytes(35, 16)) }))).toBeNull();
    expect(opened(sealed(view, bytes(36)))).toBeNull();
  });
});

describe("a plea", () => {
  const keys = pleaKeys(crypto, roomId, bytes(37));
  const rosterKey = { generation: 5, key: bytes(38) };
  const plea: Plea = {
    ...{ roomId, leaf, why: "behind", epoch: 3, log: place, head: { seq: 2, hash: bytes(39) } },
    ...{ doorId: keys.inviteId, doorPub: keys.slot.publicKey, tokenPub: keys.tokenPub, inboxPub: keys.inboxPub },
  };
  const seal = (what: Plea, seed = leafSeed) => sealPlea(primitives, { roomTag, rosterKey, leafSeed: seed }, what);

  it("opens with the key that it names, in its room, and by the leaf that signed it", () => {
    const open = (blob: Uint8Array, change: object = {}) =>
      openPlea(crypto, { roomId, roomTag, rosterKey, ...change }, blob);
    const blob = seal(plea);
    expect(open(blob)).toEqual(plea);
    for (const why of ["unopened", "copy"] as const) expect(open(seal({ ...plea, why }))?.why).toBe(why);
    expect(open(blob, { rosterKey: { ...rosterKey, generation: 4 } })).toBeNull();
    expect(open(blob, { rosterKey: { ...rosterKey, key: bytes(40) } })).toBeNull();
    expect(open(blob, { roomTag: RoomTag.of(bytes(41)) })).toBeNull();
    expect(open(seal({ ...plea, roomId: RoomId.of(bytes(42)) }))).toBeNull();
    expect(open(seal(plea, bytes(43)))).toBeNull();
    expect(open(bytes(44, 300))).toBeNull();
    expect([generationOfPlea(blob), generationOfPlea(bytes(44, 300)), generationOfPlea(new Uint8Array(0))]).toEqual([
      ...[5, null, null],
    ]);
  });

  it("has keys of one room and one secret, each for one purpose", () => {
    const again = pleaKeys(crypto, roomId, bytes(37));
    expect(again).toEqual(keys);
    const elsewhere = [pleaKeys(crypto, RoomId.of(bytes(45)), bytes(37)), pleaKeys(crypto, roomId, bytes(46))];
    const seeds = [keys, ...elsewhere].flatMap((each) => [each.inboxSeed, each.joinSeed, each.tokenSeed, each.slotId]);
    expect(new Set(seeds.map(String)).size).toBe(12);
    expect(keys.inboxSeed).toEqual(derivedKey(crypto, bytes(37), "conclave/plea-inbox/v1", roomId));
    expect(keys.inboxPub).toEqual(crypto.ed25519PublicKey(keys.inboxSeed));
  });
});
