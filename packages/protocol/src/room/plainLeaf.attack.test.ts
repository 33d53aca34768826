import { decode, encode, opaque } from "@conclave/codec";
import { nodeCrypto } from "@conclave/crypto/node";
import { generateKeyPackage, Group, type LeafParameters } from "@conclave/mls";
import { afterEach, describe, expect, it, vi } from "vitest";
import { certifyLeaf, leafKeyOf, MAX_CERT_BYTES, openLeafCert } from "../identity/leafCert.js";
import { sealTo } from "../encoding/sealing.js";
import { encodeJoinRequest, MAX_KEY_PACKAGE_BYTES } from "../invite/joinRequest.js";
import { askToJoin } from "./asking.js";
import { roomCapabilities } from "./binding.js";
import { REQUEST_LABEL } from "./doorway.js";
import { inside, leafParameters, stranger } from "./forger.fixture.js";
import type * as PlainLeaf from "./plainLeaf.js";
import { joinRoom } from "./joinRoom.js";
import { admitted, founded, invite, join, NOW, Person, preview, seeded } from "./testRelay.fixture.js";

/** What a hostile newcomer may put into the leaf: each is fine by RFC 9420. */
const FAT: Record<string, Partial<LeafParameters>> = {
  // Of the type that rooms use, so that every leaf lists it.
  "an extension": { extensions: [{ type: 0xf0c1, data: new Uint8Array(2_000) }] },
  "proposal types": {
    capabilities: { ...roomCapabilities(1), proposals: Array.from({ length: 256 }, (_, i) => 0xf100 + i) },
  },
  "another cipher suite": { capabilities: { ...roomCapabilities(1), cipherSuites: [1, 3] } },
};

/** From now on this process's engine puts that into every leaf that it joins with, or founds a group with. */
function fatten(more: Partial<LeafParameters>): void {
  const [joinExternal, create] = [Group.joinExternal.bind(Group), Group.create.bind(Group)];
  vi.spyOn(Group, "joinExternal").mockImplementation((engine, options) =>
    joinExternal(engine, { ...options, leaf: { ...options.leaf, ...more } }),
  );
  vi.spyOn(Group, "create").mockImplementation((engine, options) =>
    create(engine, { ...options, leaf: { ...options.leaf, ...more } }),
  );
}

/** While it is open, the room's door lets every leaf pass: it is that of somebody with an app of their own. */
const door = vi.hoisted(() => ({ isOpen: false }));
vi.mock("./plainLeaf.js", async (original) => {
  const real = await original<typeof PlainLeaf>();
  return {
    ...real,
    isPlainLeaf: (...what: Parameters<typeof real.isPlainLeaf>) => door.isOpen || real.isPlainLeaf(...what),
  };
});

afterEach(() => {
  vi.restoreAllMocks();
  door.isOpen = false;
});

const mallory = () => new Person(seeded("mallory"), "Mallory");

describe.each(Object.entries(FAT))("A111: RULE room.leaf-plain: a leaf with %s that no room uses", (_, more) => {
  it("does not come in by a link, and the slots stay as small as they were", () => {
    const { alice, log } = founded();
    const secret = invite(alice, log);
    const bob = join(alice, "Bob", log, secret);
    const size = () => Math.max(...alice.room.slots(NOW).map(({ blob }) => blob.length));
    const before = size();
    const guest = mallory();
    const seen = preview(alice, guest, log, secret);
    fatten(more);
    const joining = joinRoom(guest.primitives, seen, { device: guest.device, name: "Mallory", now: NOW });
    if (!joining.ok) throw new Error(joining.error.code);
    expect(log.append(joining.value.append)).toBe(true);
    for (const person of [alice, bob]) {
      expect(person.catchUp(log).at(-1)).toMatchObject({ kind: "rejected", rejection: { code: "leaf_not_plain" } });
    }
    expect(Math.abs(size() - before)).toBeLessThan(64);
    vi.restoreAllMocks();
    join(bob, "Carol", log, secret);
  });

  it("nor by somebody who lets it in: no request is taken that has it, and no commit", () => {
    const { alice, log } = founded();
    const bob = join(alice, "Bob", log, invite(alice, log));
    const secret = invite(alice, log, { mode: "ask" });
    const guest = mallory();
    const { slot } = preview(alice, guest, log, secret);
    bob.catchUp(log);
    const asked = stranger(guest, alice.room);
    const leafSeed = guest.primitives.random(32);
    const leaf = leafKeyOf(nodeCrypto, leafSeed);
    const leafCert = certifyLeaf(nodeCrypto, guest.device, { roomId: alice.room.id, leaf, name: "Mallory" });
    const { keyPackage, encoded } = generateKeyPackage(inside(alice).engine, {
      ...leafParameters(leafCert, leafSeed, 1),
      ...more,
      ...{ suite: 1, lifetime: { notBefore: 0n, notAfter: 1n << 40n } },
    });
    const content = {
      ...{ keyPackage: encoded, inviteProof: null, inboxPub: leaf, replyPub: slot.requestPub },
      ...{ note: "", isSteward: false },
    };
    const context = { label: REQUEST_LABEL, roomTag: alice.room.tag };
    const blob = sealTo(guest.primitives, context, slot.requestPub, encodeJoinRequest(content))!;
    expect(alice.room.requests.open(blob, NOW)).toMatchObject({ error: { code: "leaf_not_plain" } });
    const action = { type: "add", leafCert, role: "member" } as const;
    expect(alice.act(log, action, { request: { ...asked, leaf, leafCert, keyPackage } })).toBe("leaf_not_plain");
    door.isOpen = true;
    expect(alice.act(log, action, { request: { ...asked, leaf, leafCert, keyPackage } })).toBeNull();
    door.isOpen = false;
    expect(bob.catchUp(log).at(-1)).toMatchObject({ kind: "rejected", rejection: { code: "leaf_not_plain" } });
  });

  it("nor into a tree that somebody joins: no newcomer enters a room that was founded with it", () => {
    fatten(more);
    door.isOpen = true;
    const { alice, log } = founded();
    const [direct, ask] = [invite(alice, log), invite(alice, log, { mode: "ask" })];
    expect(() => preview(alice, mallory(), log, direct)).toThrow("leaf_not_plain");
    const guest = mallory();
    const asking = askToJoin(guest.primitives, preview(alice, guest, log, ask), {
      ...{ device: guest.device, name: "Mallory", now: NOW, note: "" },
    });
    if (!asking.ok) throw new Error(asking.error.code);
    const request = alice.room.requests.open(asking.value.blob, NOW);
    if (!request.ok) throw new Error(request.error.code);
    const { leafCert } = request.value;
    expect(alice.act(log, { type: "add", leafCert, role: "member" }, { request: request.value })).toBeNull();
    const accepted = admitted(guest, asking.value.asking, log.deliveries[0]!, log.roster);
    expect(accepted).toMatchObject({ ok: false, error: { code: "leaf_not_plain" } });
  });
});

it("a request holds a hybrid key package with the longest name, and none of more than 8 KiB", () => {
  const { alice, log } = founded(undefined, 0x004d);
  const secret = invite(alice, log, { mode: "ask" });
  const guest = new Person(seeded("guest"), "x".repeat(128));
  const { slot } = preview(alice, guest, log, secret);
  const asked = askToJoin(guest.primitives, preview(alice, guest, log, secret), {
    ...{ device: guest.device, name: guest.name, now: NOW, note: "" },
  });
  if (!asked.ok) throw new Error(asked.error.code);
  expect(asked.value.asking.keyPackage.length).toBeLessThan(MAX_KEY_PACKAGE_BYTES / 2);
  expect(alice.room.requests.open(asked.value.blob, NOW)).toMatchObject({ ok: true });
  const keyPackage = new Uint8Array(MAX_KEY_PACKAGE_BYTES + 1);
  const content = {
    ...{ keyPackage, inviteProof: null, inboxPub: slot.requestPub, replyPub: slot.requestPub },
    ...{ note: "", isSteward: false },
  };
  const context = { label: REQUEST_LABEL, roomTag: alice.room.tag };
  const blob = sealTo(guest.primitives, context, slot.requestPub, encodeJoinRequest(content))!;
  expect(alice.room.requests.open(blob, NOW)).toMatchObject({ error: { code: "malformed" } });
});

it("a leaf certificate with the longest name has 432 bytes; nothing that is longer is one", () => {
  const { alice } = founded();
  const leaf = alice.room.self.leaf;
  const cert = certifyLeaf(nodeCrypto, alice.device, { roomId: alice.room.id, leaf, name: "x".repeat(128) });
  expect(cert).toHaveLength(432);
  expect(openLeafCert(nodeCrypto, cert)?.name).toHaveLength(128);
  const long = encode(new Uint8Array(MAX_CERT_BYTES + 1), opaque().write);
  expect(decode(long, opaque(MAX_CERT_BYTES).read).ok).toBe(false);
});
