import { equalBytes, toHex } from "@conclave/codec";
import { nodeCrypto } from "@conclave/crypto/node";
import { Group } from "@conclave/mls";
import { describe, expect, it } from "vitest";
import { openDeviceCert } from "../identity/deviceCert.js";
import { certifyLeaf, leafKeyOf } from "../identity/leafCert.js";
import { sealTo } from "../encoding/sealing.js";
import { openAdmission, sealAdmission } from "../invite/admission.js";
import { sealDecline } from "../invite/decline.js";
import { inviteKeys } from "../invite/inviteKeys.js";
import { encodeJoinRequest, MAX_NOTE_BYTES } from "../invite/joinRequest.js";
import { inviteLink, parseLink } from "../invite/link.js";
import { openSlot, sealSlot, type SlotView } from "../invite/slot.js";
import { readInviteProof, signInviteProof } from "../invite/inviteProof.js";
import { openRosterRecord, sealRosterRecord } from "../transport/rosterLog.js";
import { generateKeyPackage } from "@conclave/mls";
import { confirmMembers } from "./acceptCommit.js";
import { acceptDecline, askAgain, askToJoin, type Asking, isDecline } from "./asking.js";
import { roomCapabilities, roomExtensions } from "./binding.js";
import { REQUEST_LABEL } from "./doorway.js";
import { forgeCommit, forgeEntry, forgeExternal, inside, leafParameters, stranger } from "./forger.fixture.js";
import { currentRosterKey, requestKeyPair } from "./keyring.js";
import { isCovered, openingRoom, previewRoom, readSlot } from "./preview.js";
import type { Rejection } from "../policy/rejection.js";
import { roomEngine } from "./roomTag.js";
import { admitted, founded, invite, join, NOW, Person, preview, seeded, type TestLog } from "./testRelay.fixture.js";
import { InviteId, LeafKey, type PersonId, RoomId } from "../encoding/ids.js";

function open(mode: "direct" | "ask" = "direct") {
  const { alice, log } = founded();
  const secret = invite(alice, log, { mode });
  const guest = new Person(seeded("guest"), "Guest");
  const link = alice.room.linkOf(secret);
  const blob = alice.room.slots(NOW)[0]!.blob;
  const slot = readSlot(guest.primitives, link, blob);
  if (!slot.ok) throw new Error(slot.error.code);
  return { alice, log, secret, guest, link, slot: slot.value, keys: inviteKeys(nodeCrypto, alice.room.id, secret) };
}

/** What a joiner makes of a slot: the refusal's code, or "ok". */
function lookAt({ guest, link }: ReturnType<typeof open>, slot: SlotView, records: TestLog["roster"]): string {
  const seen = previewRoom(guest.primitives, link, slot, records);
  return seen.ok ? "ok" : seen.error.code;
}

describe("what a joiner refuses before anything is sent", () => {
  it("an honest slot holds", () => {
    const world = open();
    expect(lookAt(world, world.slot, world.log.roster)).toBe("ok");
  });

  it("RULE history.only-the-chain: anything else than the very record that comes next ends the reading at once", () => {
    const { alice, guest, link, slot, log } = open();
    const [charter, newest] = log.roster as [Uint8Array, Uint8Array];
    const codeOf = (...pages: Uint8Array[][]) => {
      const work = openingRoom(guest.primitives, link, slot);
      let step = work.next([]);
      for (const page of pages) {
        expect(step.done).toBe(false);
        step = work.next(page);
      }
      return step.done === true ? (step.value.ok ? "ok" : step.value.error.detail) : "more";
    };
    expect(codeOf([newest])).toBe("more");
    expect(codeOf([newest], [charter])).toBe("ok");
    expect(codeOf([newest, charter])).toBe("ok");
    for (const junk of [newest, new Uint8Array(0), guest.primitives.random(300)])
      expect(codeOf([newest, junk, charter])).toBe("an entry is missing");
    expect(codeOf([])).toBe("an entry is missing");
    expect(codeOf([charter])).toBe("an entry is missing");
    // The same entry, sealed into another record.
    const { crypto } = guest.primitives;
    const opened = openRosterRecord(crypto, alice.room.tag, slot.roster, newest)!;
    const { entry, previousKey, ...place } = { ...opened, before: new Uint8Array(32).fill(1) };
    const other = sealRosterRecord(crypto, alice.room.tag, slot.roster.at(-1)!, place, { entry, previousKey });
    expect(codeOf([other])).toBe("an entry is missing");
  });

  it("RULE slot.signed and RULE slot.room-bound: a slot of nobody, of another room, of another invite", () => {
    const { alice, slot, keys, link, guest } = open();
    const place = {
      roomId: alice.room.id,
      roomTag: alice.room.tag,
      inviteId: keys.inviteId,
      slotKey: keys.slot.privateKey,
    };
    const seal = (view: SlotView, leafSeed = inside(alice).core.leafSeed) =>
      sealSlot(guest.primitives, { roomTag: alice.room.tag, slotPub: keys.slot.publicKey, leafSeed }, view)!;
    expect(openSlot(nodeCrypto, place, seal(slot))).toEqual(slot);
    expect(openSlot(nodeCrypto, place, seal(slot, new Uint8Array(32).fill(5)))).toBeNull();
    expect(openSlot(nodeCrypto, place, seal({ ...slot, roomId: RoomId.of(new Uint8Array(32)) }))).toBeNull();
    expect(openSlot(nodeCrypto, place, seal({ ...slot, inviteId: InviteId.of(new Uint8Array(16)) }))).toBeNull();
    const other = { ...link, secret: new Uint8Array(32).fill(1) };
    expect(readSlot(guest.primitives, other, seal(slot)).ok).toBe(false);
  });

  it("RULE join.slot-by-member: a slot signed by somebody who is not in the room by its history", () => {
    const world = open();
    const seed = new Uint8Array(32).fill(5);
    const leaf = LeafKey.of(nodeCrypto.ed25519PublicKey(seed));
    expect(lookAt(world, { ...world.slot, leaf }, world.log.roster)).toBe("bad_slot");
  });

  it("A41: a slot that names another number than its newest entry has", () => {
    const world = open();
    const { seq, hash } = world.slot.head;
    for (const other of [seq - 1, seq + 1])
      expect(lookAt(world, { ...world.slot, head: { seq: other, hash } }, world.log.roster)).toBe("bad_history");
  });

  it("A40: a slot that is newer than the end of its invite", () => {
    const world = open();
    const { alice, log, slot, keys } = world;
    expect(alice.act(log, { type: "revokeInvite", inviteId: keys.inviteId })).toBeNull();
    alice.catchUp(log);
    const { seq, head: hash } = alice.room.roster;
    expect(
      lookAt(world, { ...slot, head: { seq, hash }, record: inside(alice).keys.record, entrance: null }, log.roster),
    ).toBe("invite_revoked");
  });

  it("A37: a link whose key is not the invite's", () => {
    const { alice, log } = founded();
    const { action, secret } = alice.room.newInvite({
      ...({ for: { class: "multi", limit: 100 }, role: "member", notAfter: null, mode: "direct" } as const),
    });
    const joinPub = nodeCrypto.ed25519PublicKey(new Uint8Array(32).fill(9));
    expect(alice.act(log, { ...action, invite: { ...action.invite, joinPub } })).toBeNull();
    alice.catchUp(log);
    const guest = new Person(seeded("guest"), "Guest");
    expect(() => preview(alice, guest, log, secret)).toThrow("bad_link");
  });

  it("RULE join.floor: a room that is older than the link knows it, or went another way", () => {
    const world = open();
    const { alice, log, guest, slot } = world;
    const later = { ...world.link, floor: { seq: alice.room.roster.seq + 1, head: alice.room.roster.head } };
    expect(previewRoom(guest.primitives, later, slot, log.roster)).toMatchObject({
      error: { code: "below_floor" },
    });
    const elsewhere = { ...world.link, floor: { seq: 1, head: new Uint8Array(32) } };
    expect(previewRoom(guest.primitives, elsewhere, slot, log.roster)).toMatchObject({
      error: { code: "bad_history" },
    });
  });

  it("RULE history.whole: a history with an entry missing, or one that is another room's", () => {
    const world = open();
    for (const missing of [0, 1]) {
      const holed = world.log.roster.filter((_, index) => index !== missing);
      expect(lookAt(world, world.slot, holed)).toBe("bad_history");
    }
    const other = founded(undefined, 1);
    expect(lookAt(world, world.slot, other.log.roster)).toBe("bad_history");
  });

  it("records of refused commits, with false keys for the generation before, close the room to nobody", () => {
    const { alice, log, secret } = open();
    const bob = join(alice, "Bob", log, secret);
    const carol = join(alice, "Carol", log, secret);
    expect(alice.act(log, { type: "remove", person: bob.room.self.person, ban: false })).toBeNull();
    for (const person of [alice, carol]) person.catchUp(log);
    const fresh = invite(alice, log);
    for (const person of [alice, carol]) person.catchUp(log);
    // Newer than the true record, so that a newcomer meets the false keys first.
    for (const fill of [1, 2, 3]) {
      const { entry, authenticatedData } = forgeEntry(carol, { type: "setTitle", title: `Carol's ${String(fill)}` });
      const content = { entry: entry.bytes, previousKey: new Uint8Array(32).fill(fill) };
      const key = currentRosterKey(inside(carol).keys);
      const place = { seq: entry.seq, before: inside(carol).keys.record };
      const attachment = sealRosterRecord(nodeCrypto, carol.room.tag, key, place, content);
      expect(log.append(forgeCommit(carol, { authenticatedData, attachment }))).toBe(true);
      expect(alice.catchUp(log).at(-1)).toMatchObject({ kind: "rejected", rejection: { code: "wrong_roster_key" } });
      carol.catchUp(log);
    }
    const dave = join(alice, "Dave", log, fresh);
    expect(dave.room.roster.members.size).toBe(3);
  });

  it("RULE join.group-id and RULE join.bound: keys of another group, or bound to another roster", () => {
    const world = open();
    const { alice, log, slot, guest } = world;
    const { suite } = inside(alice).group;
    const make = (groupId: RoomId, roster = alice.room.roster) => {
      const leafSeed = guest.primitives.random(32);
      const leaf = LeafKey.of(nodeCrypto.ed25519PublicKey(leafSeed));
      const identity = certifyLeaf(nodeCrypto, guest.device, { roomId: groupId, leaf, name: "Guest" });
      const leafParams = {
        ...leafParameters(identity, leafSeed, suite),
        lifetime: { notBefore: 0n, notAfter: 1n << 40n },
      };
      const engine = roomEngine(guest.primitives);
      return Group.create(engine, { groupId, suite, leaf: leafParams, extensions: roomExtensions(roster) }).group.view;
    };
    const entrance = (groupInfo: Uint8Array) => ({ ...slot, epoch: 0, entrance: { ...slot.entrance!, groupInfo } });
    const otherRoom = make(RoomId.of(new Uint8Array(32).fill(4))).groupInfo();
    expect(lookAt(world, entrance(otherRoom), log.roster)).toBe("wrong_room");
    const unbound = make(alice.room.id, { ...alice.room.roster, seq: 7 }).groupInfo();
    expect(lookAt(world, entrance(unbound), log.roster)).toBe("wrong_binding");
    const otherState = make(alice.room.id, { ...alice.room.roster, stateHash: new Uint8Array(32) }).groupInfo();
    expect(lookAt(world, entrance(otherState), log.roster)).toBe("wrong_binding");
    const ghost = make(alice.room.id).groupInfo();
    expect(lookAt(world, entrance(ghost), log.roster)).toBe("ghost");
  });

  it("A96: RULE join.no-ghosts: a fork that a plain member makes of the room, with its own keys", () => {
    const world = open();
    const { alice, log, secret, guest } = world;
    const bob = join(alice, "Bob", log, secret);
    const carol = join(alice, "Carol", log, secret);
    bob.catchUp(log);
    // Bob's engine takes Carol out for itself, and offers the rest as the room. The binding is the true one.
    const { group } = inside(bob);
    const extensions = roomExtensions(bob.room.roster);
    const forked = group.commit({
      proposals: [
        { type: "remove", removed: inside(carol).group.ownLeafIndex },
        { type: "group_context_extensions", extensions },
      ],
    });
    if (!forked.ok) throw new Error(forked.error.message);
    const view = forked.value.staged.next!;
    const [content] = bob.room.slots(NOW);
    const link = bob.room.linkOf(secret);
    const honest = readSlot(guest.primitives, link, content!.blob);
    if (!honest.ok) throw new Error(honest.error.code);
    const groupInfo = view.groupInfo();
    const slot = { ...honest.value, epoch: Number(view.epoch), entrance: { ...honest.value.entrance!, groupInfo } };
    expect(lookAt({ ...world, link }, slot, log.roster)).toBe("ghost");
  });

  it("A109: RULE slots.own-token: an invite with the token of another has no slot", () => {
    const { alice, log, guest, secret } = open();
    const [mine] = alice.room.slots(NOW);
    const { action } = alice.room.newInvite({
      for: { class: "single" },
      role: "member",
      notAfter: null,
      mode: "direct",
    });
    const copied = { ...action, invite: { ...action.invite, tokenPub: mine!.tokenPub } };
    expect(alice.act(log, copied)).toBeNull();
    alice.catchUp(log);
    const slots = alice.room.slots(NOW);
    const ids = slots.map(({ slotId }) => slotId.join());
    expect(alice.room.roster.openInvites.size).toBe(ids.length + 1);
    expect(new Set(ids).size).toBe(ids.length);
    const ours = slots[ids.indexOf(mine!.slotId.join())]!;
    expect(readSlot(guest.primitives, alice.room.linkOf(secret), ours.blob).ok).toBe(true);
  });

  it("RULE join.bound: after the entry that keys are bound to come people who joined directly, and nothing else", () => {
    const { alice, log, secret } = open();
    join(alice, "Bob", log, secret);
    const asking = invite(alice, log, { mode: "ask" });
    const guest = new Person(seeded("asking"), "Carol");
    const seen = preview(alice, guest, log, asking);
    const made = askToJoin(guest.primitives, seen, { device: guest.device, name: "Carol", note: "", now: NOW });
    if (!made.ok) throw new Error(made.error.code);
    const request = alice.room.requests.open(made.value.blob, NOW);
    if (!request.ok) throw new Error(request.error.code);
    const { leafCert } = request.value;
    expect(alice.act(log, { type: "add", leafCert, role: "member" }, { request: request.value })).toBeNull();
    alice.catchUp(log);
    const { history } = preview(alice, guest, log, asking);
    const kinds = history.transitions.map(({ entry }) => entry.action.type);
    expect(kinds).toEqual(["charter", "createInvite", "add", "createInvite", "add"]);
    // As it was when the entry at `last` was the newest.
    const covers = (last: number, bound: number) => {
      const transitions = history.transitions.slice(0, last + 1);
      const { seq, hash: head, stateHash } = transitions[bound]!.entry;
      return isCovered({ ...history, transitions }, { seq, head, stateHash });
    };
    expect(covers(2, 2)).toBe(true);
    // Bob came by himself; Carol, who had asked, by Alice's commit, which binds the keys again.
    expect(covers(2, 1)).toBe(true);
    expect(covers(4, 3)).toBe(false);
    expect(covers(3, 2)).toBe(false);
    expect(covers(1, 0)).toBe(false);
  });

  it("RULE link.fragment: the whole secret comes after the number sign", () => {
    const { link } = open();
    const text = inviteLink("https://chat.example.org/", link);
    const [sent, kept] = text.split("#");
    expect(sent).toBe("https://chat.example.org/");
    expect(kept).toContain("join/v1.");
    expect(parseLink(text)).toEqual(link);
    expect(parseLink(kept!.slice("/join/".length))).toEqual(link);
    for (const bad of [
      "",
      "v1.",
      text.slice(0, -4),
      `${text}AAAA`,
      text.slice(0, -20) + (text.at(-20) === "x" ? "y" : "x") + text.slice(-19),
      text.replace("v1.", "v2."),
      "x".repeat(4000),
    ])
      expect(parseLink(bad)).toBeNull();
  });
});

describe("asking and being let in", () => {
  function asked(note = "hello") {
    const world = open("ask");
    const seen = preview(world.alice, world.guest, world.log, world.secret);
    const made = askToJoin(world.guest.primitives, seen, { device: world.guest.device, name: "Guest", note, now: NOW });
    if (!made.ok) throw new Error(made.error.code);
    return { ...world, ...made.value };
  }

  /** As {@link asked}, with Bob as a plain member. */
  function askedWithBob() {
    const { alice, log } = founded();
    const bob = join(alice, "Bob", log, invite(alice, log));
    const secret = invite(alice, log, { mode: "ask" });
    bob.catchUp(log);
    const guest = new Person(seeded("guest"), "Guest");
    const seen = preview(alice, guest, log, secret);
    const made = askToJoin(guest.primitives, seen, { device: guest.device, name: "Guest", note: "", now: NOW });
    if (!made.ok) throw new Error(made.error.code);
    return { alice, bob, log, secret, guest, ...made.value };
  }

  it("RULE request.lifetime and RULE request.vouched: too old, or not certified for this room", () => {
    const { alice, blob, guest, slot, keys } = asked();
    expect(alice.room.requests.open(blob, NOW)).toMatchObject({ ok: true });
    expect(alice.room.requests.open(blob, NOW + 40 * 86_400_000)).toMatchObject({
      error: { code: "key_package_expired" },
    });
    const leafSeed = guest.primitives.random(32);
    const leaf = LeafKey.of(nodeCrypto.ed25519PublicKey(leafSeed));
    const identity = certifyLeaf(nodeCrypto, guest.device, {
      roomId: RoomId.of(new Uint8Array(32)),
      leaf,
      name: "Guest",
    });
    const { suite } = inside(alice).group;
    const bundle = generateKeyPackage(inside(alice).engine, {
      ...({ credential: { type: "basic", identity }, signaturePrivateKey: leafSeed, extensions: [], suite } as const),
      ...{ capabilities: roomCapabilities(suite), lifetime: { notBefore: 0n, notAfter: 1n << 40n } },
    });
    const person = openDeviceCert(nodeCrypto, guest.device.deviceCert)!.person;
    const proof = {
      roomId: alice.room.id,
      inviteId: keys.inviteId,
      person,
      leaf,
      place: null,
      baseSeq: null,
      ssh: null,
    };
    const content = encodeJoinRequest({
      keyPackage: bundle.encoded,
      inviteProof: signInviteProof(nodeCrypto, keys.joinSeed, proof),
      ...{ inboxPub: leaf, replyPub: slot.requestPub, note: "", isSteward: false },
    });
    const forged = sealTo(
      guest.primitives,
      { label: REQUEST_LABEL, roomTag: alice.room.tag },
      slot.requestPub,
      content,
    )!;
    expect(alice.room.requests.open(forged, NOW)).toMatchObject({ error: { code: "bad_leaf_cert" } });
  });

  it("RULE room.leaf-plain: nobody asks with a leaf that can do more than others, nor with a key package that says more", () => {
    const { alice, guest, slot, keys } = asked();
    const { suite } = inside(alice).group;
    const leafSeed = guest.primitives.random(32);
    const leaf = leafKeyOf(nodeCrypto, leafSeed);
    const { person } = openDeviceCert(nodeCrypto, guest.device.deviceCert)!;
    const identity = certifyLeaf(nodeCrypto, guest.device, { roomId: alice.room.id, leaf, name: "Guest" });
    const proof = signInviteProof(nodeCrypto, keys.joinSeed, {
      ...{ roomId: alice.room.id, inviteId: keys.inviteId, person, leaf, place: null },
      ...{ baseSeq: alice.room.roster.seq, ssh: null },
    });
    const plain = roomCapabilities(suite);
    const codes = [plain, { ...plain, extensions: [...plain.extensions, 0xff00] }].map((capabilities) => {
      const bundle = generateKeyPackage(inside(alice).engine, {
        ...{ credential: { type: "basic", identity } as const, signaturePrivateKey: leafSeed, extensions: [], suite },
        ...{ capabilities, lifetime: { notBefore: 0n, notAfter: 1n << 40n } },
      });
      const content = encodeJoinRequest({
        ...{ keyPackage: bundle.encoded, inviteProof: proof, inboxPub: leaf, replyPub: slot.requestPub },
        ...{ note: "", isSteward: false },
      });
      const context = { label: REQUEST_LABEL, roomTag: alice.room.tag };
      const opened = alice.room.requests.open(sealTo(guest.primitives, context, slot.requestPub, content)!, NOW);
      return opened.ok ? null : opened.error.code;
    });
    expect(codes).toEqual([null, "leaf_not_plain"]);
  });

  it("what cannot be asked is refused before anything is sent: too long a note, no certificate, no key to seal it to", () => {
    const { guest, alice, log, secret } = open("ask");
    const seen = preview(alice, guest, log, secret);
    const codeOf = (change: Partial<Parameters<typeof askToJoin>[2]>, room = seen) => {
      const made = askToJoin(guest.primitives, room, {
        device: guest.device,
        name: "Guest",
        note: "",
        now: NOW,
        ...change,
      });
      return made.ok ? null : made.error.code;
    };
    expect([
      codeOf({}),
      codeOf({ note: "é".repeat(MAX_NOTE_BYTES / 2) }),
      codeOf({ note: `${"é".repeat(MAX_NOTE_BYTES / 2)}.` }),
    ]).toEqual([null, null, "too_large"]);
    expect(codeOf({ device: { ...guest.device, deviceCert: new Uint8Array(9) } })).toBe("bad_leaf_cert");
    expect(codeOf({}, { ...seen, slot: { ...seen.slot, requestPub: new Uint8Array(32) } })).toBe("bad_slot");
  });

  it("what is no request is refused with what is wrong, and only what no member could ever open or admit is thrown away", () => {
    const { alice, blob, guest, slot, log, asking } = asked();
    const sealed = (content: Uint8Array, label = REQUEST_LABEL) =>
      sealTo(guest.primitives, { label, roomTag: alice.room.tag }, slot.requestPub, content)!;
    const judged = (what: Uint8Array, by = alice) => {
      const opened = by.room.requests.open(what, NOW);
      return opened.ok ? null : [opened.error.code, by.room.requests.isJunk(opened.error)];
    };
    const { requests } = alice.room;
    const request = requests.open(blob, NOW);
    if (!request.ok) throw new Error(request.error.code);
    expect(judged(blob)).toBeNull();
    expect(judged(sealed(new Uint8Array(9)))).toEqual(["malformed", true]);
    expect(judged(sealed(asking.content, "other"))).toEqual(["malformed", true]);
    const content = { ...request.value, keyPackage: asking.keyPackage };
    // An MLS message of another kind, and bytes that are none.
    for (const keyPackage of [inside(alice).group.view.groupInfo(), new Uint8Array(9)]) {
      expect(judged(sealed(encodeJoinRequest({ ...content, keyPackage })))).toEqual(["bad_key_package", true]);
    }
    expect(judged(sealed(encodeJoinRequest({ ...content, inviteProof: new Uint8Array(9) })))).toEqual([
      "invite_unknown",
      true,
    ]);
    expect(
      ["key_package_expired", "invite_expired", "key_used"].map((code) => requests.isJunk({ code } as Rejection)),
    ).toEqual([false, false, false]);
    // Who joined lately has not all the keys: what does not open may be for the others.
    const bob = join(alice, "Bob", log, invite(alice, log));
    expect(judged(blob, bob)).toEqual(["malformed", false]);
    expect(judged(sealed(new Uint8Array(9)), bob)).toEqual(["malformed", false]);
    for (let n = 0; n < 32; n++) {
      expect(bob.room.epoch - alice.room.epoch).toBe(0);
      expect(alice.act(log, { type: "rekey" })).toBeNull();
      for (const each of [alice, bob]) each.catchUp(log);
    }
    expect(judged(blob, bob)).toEqual(["malformed", true]);
    expect(judged(blob)).toEqual(["malformed", true]);
  });

  it("asked again, it is the same request, for the keys of now, and with a proof of now", () => {
    for (const mode of ["ask", "auto"] as const) {
      const { alice, log } = founded();
      const secret = invite(alice, log, { mode });
      const guest = new Person(seeded(`guest ${mode}`), "Guest");
      const first = preview(alice, guest, log, secret);
      const made = askToJoin(guest.primitives, first, { device: guest.device, name: "Guest", note: "", now: NOW });
      if (!made.ok) throw new Error(made.error.code);
      const requestOf = (blob: Uint8Array) => {
        const request = alice.room.requests.open(blob, NOW);
        if (!request.ok) throw new Error(request.error.code);
        const { inviteProof, leaf, inboxPub } = request.value;
        return { leaf, inboxPub, baseSeq: readInviteProof(inviteProof!)!.proof.baseSeq };
      };
      const before = requestOf(made.value.blob);
      expect(before.baseSeq).toBe(first.roster.seq);
      expect(alice.act(log, { type: "setTitle", title: "Meadow" })).toBeNull();
      alice.catchUp(log);
      const now = preview(alice, guest, log, secret);
      const again = askAgain(guest.primitives, made.value.asking, now)!;
      expect(again).not.toEqual(made.value.blob);
      expect(requestOf(again)).toEqual({ ...before, baseSeq: first.roster.seq + 1 });
      const unusable = { ...now, slot: { ...now.slot, requestPub: new Uint8Array(32) } };
      expect(askAgain(guest.primitives, made.value.asking, unusable)).toBeNull();
    }
  });

  it("a no that cannot be sealed is none, and one that lies in the inbox is told from a yes", () => {
    const { alice, blob, asking, guest, log } = asked();
    const request = alice.room.requests.open(blob, NOW);
    if (!request.ok) throw new Error(request.error.code);
    expect(alice.room.requests.deny({ ...request.value, replyPub: new Uint8Array(32) }, NOW)).toBeNull();
    expect(alice.room.requests.deny(request.value, NOW)!.inboxId).toEqual(asking.inboxId);
    const { leafCert } = request.value;
    expect(alice.act(log, { type: "add", leafCert, role: "member" }, { request: request.value })).toBeNull();
    expect(isDecline(guest.primitives, asking, log.deliveries[0]!)).toBe(false);
  });

  it("RULE room.request-fits: an admission takes the key package of the very request", () => {
    const { alice, blob, log } = asked();
    const request = alice.room.requests.open(blob, NOW);
    if (!request.ok) throw new Error(request.error.code);
    const other = stranger(new Person(seeded("mallory"), "Mallory"), alice.room);
    const action = { type: "add", leafCert: request.value.leafCert, role: "member" } as const;
    const swapped = { ...request.value, leaf: other.leaf, keyPackage: other.keyPackage };
    expect(alice.act(log, action, { request: swapped })).toBe("bad_key_package");
    expect(alice.act(log, action)).toBe("bad_key_package");
  });

  it("RULE admission.asked and RULE admission.bound: what one did not ask for joins one to nothing", () => {
    const { alice, log, blob, asking, guest } = asked();
    const request = alice.room.requests.open(blob, NOW);
    if (!request.ok) throw new Error(request.error.code);
    const { leafCert } = request.value;
    expect(alice.act(log, { type: "add", leafCert, role: "member" }, { request: request.value })).toBeNull();
    alice.catchUp(log);
    const delivery = log.deliveries[0]!;
    const accept = (who: Asking, what: Uint8Array, records = log.roster) => {
      const accepted = admitted(guest, who, what, records);
      return accepted.ok ? "ok" : accepted.error.code;
    };
    expect(accept(asking, delivery)).toBe("ok");
    expect(accept({ ...asking, replyKey: guest.primitives.random(32) }, delivery)).toBe("bad_admission");
    expect(accept(asking, new Uint8Array(100))).toBe("bad_admission");
    expect(accept({ ...asking, floor: { seq: 99, head: asking.floor.head } }, delivery)).toBe("below_floor");
    expect(accept({ ...asking, floor: { seq: 1, head: new Uint8Array(32) } }, delivery)).toBe("bad_history");
    // A Welcome of the true epoch with the roster of before: keys and history do not go together.
    const admission = openAdmission(nodeCrypto, alice.room.tag, asking.replyKey, delivery)!;
    const before = log.roster.slice(0, -1);
    const record = nodeCrypto.hash("sha256", before.at(-1)!);
    const reply = nodeCrypto.kemPublicKey("x25519", asking.replyKey);
    const { prev } = lastEntry(alice);
    const resealed = sealAdmission(guest.primitives, alice.room.tag, reply, { ...admission, head: prev, record })!;
    expect(accept(asking, resealed, before)).toBe("wrong_binding");
  });

  it("A98: RULE decline.asked and RULE decline.by-right: a no counts from whose yes would, to the one who asked, in that room", () => {
    const { alice, bob, log, blob, asking, guest, secret } = askedWithBob();
    const request = alice.room.requests.open(blob, NOW);
    if (!request.ok) throw new Error(request.error.code);
    const no = (by: Person, of = request.value) => by.room.requests.deny(of, NOW)!.blob;
    const seen = preview(alice, guest, log, secret);
    const accept = (what: Uint8Array, who: Asking = asking) => {
      const accepted = acceptDecline(guest.primitives, who, what, seen);
      return accepted.ok ? accepted.value.by.name : accepted.error.code;
    };
    expect(isDecline(guest.primitives, asking, no(alice))).toBe(true);
    expect(accept(no(alice))).toBe("Alice");
    // A plain member of a room that its owner leads.
    expect(accept(no(bob))).toBe("not_allowed");
    // Another's request, another's eyes, another's name, and bytes that are nothing.
    expect(accept(no(alice, { ...request.value, leaf: bob.room.self.leaf }))).toBe("bad_admission");
    expect(accept(no(alice), { ...asking, replyKey: guest.primitives.random(32) })).toBe("bad_admission");
    const { roomId, leaf, leafSeed } = inside(bob).core;
    const inOurName = (person: PersonId, signer: LeafKey) =>
      sealDecline(
        bob.primitives,
        { roomTag: alice.room.tag, replyPub: request.value.replyPub, leafSeed },
        { roomId, asked: request.value.leaf, person, leaf: signer, time: NOW },
      )!;
    expect(accept(inOurName(alice.room.self.person, leaf))).toBe("bad_admission");
    expect(accept(inOurName(alice.room.self.person, alice.room.self.leaf))).toBe("bad_admission");
    const nobodys = guest.primitives.random(32);
    const outsider = sealDecline(
      bob.primitives,
      { roomTag: alice.room.tag, replyPub: request.value.replyPub, leafSeed: nobodys },
      {
        roomId,
        asked: request.value.leaf,
        person: alice.room.self.person,
        leaf: leafKeyOf(nodeCrypto, nobodys),
        time: NOW,
      },
    )!;
    expect(accept(outsider)).toBe("bad_admission");
    expect(accept(new Uint8Array(80))).toBe("bad_admission");
    expect(isDecline(guest.primitives, asking, new Uint8Array(80))).toBe(false);
  });

  it("a request can be opened by every member, also some epochs later, and by nobody from before", () => {
    const { alice, blob, log } = asked();
    for (let i = 0; i < 3; i++) {
      expect(alice.act(log, { type: "rekey" })).toBeNull();
      alice.catchUp(log);
    }
    alice.restart();
    expect(alice.room.requests.open(blob, NOW).ok).toBe(true);
    const keys = inside(alice).keys.requests.map(({ key }) => requestKeyPair(nodeCrypto, key).publicKey);
    expect(new Set(keys.map(String)).size).toBe(keys.length);
  });
});

describe("after joining", () => {
  it("RULE room.pending: a puppet that came after us cannot confirm that we joined the true room", () => {
    const { alice, log, secret } = open();
    const bob = join(alice, "Bob", log, secret);
    const puppet = join(bob, "Puppet", log, secret);
    bob.catchUp(log);
    expect(bob.room.confirmed).toBeNull();
    expect(puppet.say(log, "welcome!")).toBe(true);
    bob.catchUp(log);
    expect(bob.room.confirmed).toBeNull();
    alice.catchUp(log);
    expect(alice.say(log, "welcome")).toBe(true);
    bob.catchUp(log);
    expect(equalBytes(bob.room.confirmed!.by, alice.room.self.person)).toBe(true);
    expect(forgeExternal(alice, puppet).kind).toBe("commit");
  });

  it("RULE room.pending: nor does another device of one's own, however long it has been there", () => {
    const { alice, log, secret } = open();
    const bob = join(alice, "Bob", log, secret);
    const parts = inside(bob);
    const { person } = bob.room.self;
    const leaf = LeafKey.of(new Uint8Array(32).fill(3));
    const members = new Map(parts.roster.members);
    const [own, [device]] = [members.get(toHex(person))!, members.get(toHex(person))!.devices];
    members.set(toHex(person), { ...own, devices: [{ ...device!, leaf, addedSeq: 0 }, ...own.devices] });
    const confirm = (by: PersonId, signer: LeafKey) =>
      confirmMembers({ ...parts, roster: { ...parts.roster, members } }, { by, leaf: signer }, NOW);
    expect(confirm(person, leaf)).toEqual([]);
    expect(confirm(alice.room.self.person, alice.room.self.leaf)).toEqual([{ type: "confirmed" }]);
  });
});

function lastEntry(person: Person): { prev: Uint8Array } {
  const newest = [...person.records].filter(([key]) => key.startsWith("x/e/")).sort(([a], [b]) => (a < b ? -1 : 1));
  const [, bytes] = newest.at(-2)!;
  return { prev: nodeCrypto.hash("sha256", bytes) };
}
