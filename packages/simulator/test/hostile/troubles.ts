import type { Crypto } from "@conclave/crypto";
import { equalBytes } from "@conclave/codec";
import {
  encodeAction,
  inviteKeys,
  loadRoom,
  type InviteLink,
  type LeafKey,
  NO_EVIDENCE,
  parseLink,
  sealRosterRecord,
} from "@conclave/protocol";
import { currentRosterKey, roomCapabilities, signInviteProof, writeSeed } from "@conclave/protocol/testing";
import type { SimulatedDevice, World } from "../../src/index.js";
import { HostileMember } from "./hostileMember.js";
import { Outsider } from "./outsider.js";
import type { Rogue } from "./rogue.js";

/** Who makes trouble, and with what. */
export interface Scene {
  readonly world: World;
  /** The room's owner. */
  readonly owner: SimulatedDevice;
  /** The device whose keys are in hostile hands: a member's, or a former member's as it was. */
  readonly device: SimulatedDevice;
  /** Its keys at the moment that it was removed; null for a member. */
  readonly kept: HostileMember | null;
  readonly link: string;
  /** A link that the owner has closed. */
  readonly closed: string;
  readonly rogue: Rogue;
}

/** Something that somebody does again and again. */
export interface Trouble {
  /** The attack in the catalogue. */
  readonly attack: string;
  readonly by: "member" | "former member" | "link holder";
  readonly what: string;
  /** Whether the owner is alone meanwhile, for the better part of an hour. */
  readonly isOwnerAlone?: true;
  /** Ms until it is done again. */
  readonly every: number;
  readonly do: (scene: Scene) => Promise<void>;
}

/** The type of an extension that a leaf carries. */
const LARGE = 0xf0ff;
const MEMBER = { by: "member" } as const;

/** What a hostile member, a former member and the holder of a link do. */
export const TROUBLES: readonly Trouble[] = [
  {
    ...{ attack: "A104", by: "member", what: "commits entries of a form that no app knows", every: 3000 },
    do: async (scene) => {
      const { world, rogue } = scene;
      const hands = await asMember(scene);
      const { entry } = hands.commit({ lie: { action: { type: "setTitle", title: "x" } } });
      const bytes = entry!.bytes.slice();
      bytes[3] = 0x7f;
      const authenticatedData = world.crypto.hash("sha256", bytes);
      const commit = new HostileMember(world, scene.device).commit({ options: { authenticatedData } });
      const content = { entry: bytes, previousKey: null };
      const attachment = sealRosterRecord(
        world.crypto,
        hands.roomTag,
        currentRosterKey(hands.keys),
        entry!.seq,
        content,
      );
      await rogue.append({ kind: "commit", ...MEMBER_GROUND, ...bytesOf(commit), attachment });
    },
  },
  {
    ...{ attack: "A105", by: "member", what: "commits junk with records that name false earlier keys", every: 3000 },
    do: async (scene) => {
      const { world, rogue } = scene;
      const hands = await asMember(scene);
      const content = { entry: world.dice.random(300), previousKey: world.dice.random(32) };
      const { roster, roomTag, keys } = hands;
      const attachment = sealRosterRecord(world.crypto, roomTag, currentRosterKey(keys), roster.seq + 1, content);
      await rogue.append({ kind: "commit", ...MEMBER_GROUND, payload: world.dice.random(300), attachment });
    },
  },
  {
    ...{ attack: "A107", by: "member", what: "makes new keys that the owner cannot open", every: 20_000 },
    do: async (scene) => {
      const { owner, rogue } = scene;
      const hands = await asMember(scene);
      shutOut(hands, new HostileMember(scene.world, owner));
      await rogue.append({ kind: "commit", ...MEMBER_GROUND, ...bytesOf(hands.commit({})) });
    },
  },
  {
    ...{ attack: "A109", by: "member", what: "closes every slot", every: 3000 },
    do: async (scene) => {
      await asMember(scene);
      await closeSlots(scene);
    },
  },
  {
    ...{ attack: "A109", by: "member", what: "puts junk into the link's slot", every: 3000 },
    do: async (scene) => {
      await asMember(scene);
      const { world, rogue } = scene;
      const { slotId, tokenPub } = keysOf(scene);
      const slot = { slotId, tokenPub, blob: world.dice.random(3000) };
      await rogue.ask({ type: "putSlot", roomTag: rogue.roomTag, slot, life: 0 });
    },
  },
  {
    ...{ attack: "A115", by: "member", what: "sends once more what others have sent", every: 2000 },
    do: async (scene) => {
      const hands = await asMember(scene);
      for (const item of scene.world.relay.main.log(hands.roomTag).slice(-6))
        if (!item.pruned && item.kind === "message")
          await scene.rogue.append({ kind: "message", ...MEMBER_GROUND, payload: item.payload, epoch: item.epoch });
    },
  },
  {
    ...{ attack: "A112", by: "member", what: "drives the room's clock, as an admin", every: 5000 },
    do: async (scene) => {
      const { world, rogue, device } = scene;
      const hands = await asMember(scene);
      const room = loadRoom({ crypto: world.crypto, random: hands.random }, hands.records);
      room.caughtUp();
      const title = `at the end of time ${String(world.steps)}`;
      const made = room.act({ type: "setTitle", title }, { now: Number.MAX_SAFE_INTEGER });
      if (!made.ok) throw new Error(`${device.name}: ${made.error.code}`);
      const { kind, epoch, payload, attachment, nextWriteKey } = made.value.append;
      await rogue.append({ kind, ...MEMBER_GROUND, epoch, payload, attachment, nextWriteKey });
    },
  },
  {
    ...{ attack: "A117", by: "member", what: "proposes more than anybody can read", every: 5000 },
    do: async (scene) => {
      const hands = await asMember(scene);
      for (let at = 0; at < 64; at++) {
        const body = encodeAction({ type: "setTitle", title: `${String(scene.world.steps)} ${String(at)}` });
        await scene.rogue.append({ ...MEMBER_GROUND, ...hands.message({ kind: "proposal", body }) });
      }
    },
  },
  {
    ...{ attack: "A118", by: "member", what: "deletes every request to join", every: 1000 },
    do: async (scene) => {
      await asMember(scene);
      const { rogue, world } = scene;
      const { no } = world.relay.main.store.room(rogue.roomTag)!;
      for (const { request } of world.relay.main.store.requests(no, 0, { items: 100, bytes: 1e7 }))
        await rogue.ask({ type: "deleteRequest", roomTag: rogue.roomTag, request });
    },
  },
  {
    ...{
      attack: "A116",
      by: "member",
      what: "hands the room over to itself, by a yes of the owner's to something else",
      every: 3000,
    },
    do: async (scene) => {
      const { world, device, rogue } = scene;
      const hands = await asMember(scene);
      const lie = {
        action: { type: "transferOwnership" as const, person: device.client.person },
        evidence: { ...NO_EVIDENCE, approvals: [yesOfOwner(scene)] },
      };
      await rogue.append({ kind: "commit", ...MEMBER_GROUND, ...bytesOf(hands.commit({ lie })) });
    },
  },
  {
    ...{ attack: "A106", by: "member", what: "commits junk as fast as the relay takes it", every: 500 },
    do: async (scene) => {
      await asMember(scene);
      await scene.rogue.append({ kind: "commit", ...MEMBER_GROUND, payload: scene.world.dice.random(300) });
    },
  },
  {
    ...{
      attack: "A109",
      by: "former member",
      what: "commits junk by a retired key, and closes slots by the new one",
      every: 3000,
    },
    do: async (scene) => {
      const { world, rogue, kept } = scene;
      const { epoch } = kept!;
      await rogue.prove(epoch, writeSeed(kept!.group.view));
      const seed = world.dice.random(32);
      const nextWriteKey = world.crypto.ed25519PublicKey(seed);
      await rogue.append({ kind: "commit", ...MEMBER_GROUND, payload: world.dice.random(300), nextWriteKey, epoch });
      await rogue.prove(epoch + 1, seed);
      await closeSlots(scene);
    },
  },
  {
    ...{
      attack: "A108",
      by: "former member",
      what: "takes its own place again, by the keys of the leaf that it had",
      every: 3000,
    },
    do: async (scene) => {
      const { world, link } = scene;
      const { person, leaf, leafSeed } = scene.kept!;
      const again = new Outsider(world, `again ${String(world.steps)}`);
      await byLink(scene, again.externalCommit(again.look(link), { stolen: { person, leaf, leafSeed } }));
    },
  },
  {
    ...{
      attack: "A114",
      by: "former member",
      what: "comes in by a link that was closed, in the slot of one that is open",
      every: 3000,
    },
    do: async (scene) => {
      const { world, link, closed } = scene;
      const view = new Outsider(world, `closed ${String(world.steps)}`);
      const seen = view.look(link);
      const { roomId, secret } = parseLink(closed)!;
      const keys = inviteKeys(world.crypto, roomId, secret);
      const place = { prev: seen.roster.head, epoch: seen.slot.epoch, lastCommit: seen.slot.lastCommit };
      const inviteProof = (leaf: LeafKey) =>
        signInviteProof(world.crypto, keys.joinSeed, { roomId, ...keys, person: view.person, leaf, place });
      await byLink(scene, view.externalCommit(seen, { inviteProof }));
    },
  },
  {
    ...{ attack: "A113", by: "link holder", what: "comes in under one new name after another", every: 3000 },
    do: async (scene) => {
      const puppet = new Outsider(scene.world, `puppet ${String(scene.world.steps)}`);
      await byLink(scene, puppet.externalCommit(puppet.look(scene.link)));
    },
  },
  {
    ...{ attack: "A106", by: "link holder", what: "commits junk as fast as the relay takes it", every: 500 },
    do: async (scene) => {
      const { world, rogue } = scene;
      await rogue.proveLink(linkOf(scene));
      const attachment = world.dice.random(60_000);
      const ground = { by: "slot", slotId: keysOf(scene).slotId } as const;
      await rogue.append({ kind: "commit", ground, payload: world.dice.random(300), attachment });
    },
  },
  {
    ...{
      attack: "A109",
      by: "link holder" as const,
      what: "commits junk every nine minutes, beside an owner who is alone",
    },
    every: 9 * 60_000,
    isOwnerAlone: true,
    do: async (scene) => {
      const { world, rogue } = scene;
      await rogue.proveLink(linkOf(scene));
      const ground = { by: "slot", slotId: keysOf(scene).slotId } as const;
      await rogue.append({ kind: "commit", ground, payload: world.dice.random(300) });
    },
  },
  {
    ...{ attack: "A111", by: "link holder", what: "comes in with a leaf as large as a commit may be", every: 3000 },
    do: async (scene) => {
      const { rogue } = scene;
      await rogue.proveLink(linkOf(scene));
      const commit = largeLeaf(scene);
      await rogue.append({ kind: "commit", ground: { by: "slot", slotId: keysOf(scene).slotId }, ...bytesOf(commit) });
    },
  },
  {
    ...{ attack: "A118", by: "link holder", what: "fills the slot with requests that nobody can open", every: 1000 },
    do: async (scene) => {
      const { world, rogue } = scene;
      await rogue.proveLink(linkOf(scene));
      const { slotId } = keysOf(scene);
      for (let at = 0; at < 8; at++)
        await rogue.ask({ type: "postRequest", roomTag: rogue.roomTag, slotId, blob: world.dice.random(500) });
    },
  },
  {
    ...{
      attack: "A109",
      by: "link holder",
      what: "commits junk, and closes slots by the key that it brings",
      every: 3000,
    },
    do: async (scene) => {
      const { world, rogue } = scene;
      await rogue.proveLink(linkOf(scene));
      const seed = world.dice.random(32);
      const { epoch } = world.relay.main.store.room(rogue.roomTag)!;
      const ground = { by: "slot", slotId: keysOf(scene).slotId } as const;
      const nextWriteKey = world.crypto.ed25519PublicKey(seed);
      await rogue.append({ kind: "commit", ground, payload: world.dice.random(300), nextWriteKey });
      await rogue.prove(epoch + 1, seed);
      await closeSlots(scene);
    },
  },
];

const MEMBER_GROUND = { ground: MEMBER } as const;

/** A trouble that is going on. */
export interface Ongoing {
  /** How often it was done, and what stood in its way, the newest of each last. */
  done: number;
  failed: unknown;
  stop(): void;
}

/** Does a trouble again and again until it is stopped. */
export function begin(scene: Scene, trouble: Trouble): Ongoing {
  const { timeline } = scene.world;
  let isOver = false;
  const ongoing: Ongoing = {
    done: 0,
    failed: null,
    stop: () => {
      isOver = true;
      scene.rogue.close();
    },
  };
  const next = (): void => {
    if (isOver) return;
    trouble
      .do(scene)
      .then(
        () => ongoing.done++,
        (error: unknown) => {
          ongoing.failed = error;
        },
      )
      .finally(() => timeline.plan(trouble.every, `trouble ${trouble.attack}`, next));
  };
  timeline.plan(0, `trouble ${trouble.attack}`, next);
  return ongoing;
}

// The member's keys of now, shown to the relay.
async function asMember({ world, device, rogue }: Scene): Promise<HostileMember> {
  const hands = new HostileMember(world, device);
  await rogue.prove(hands.epoch, writeSeed(hands.group.view));
  return hands;
}

function bytesOf({ epoch, payload, attachment, nextWriteKey }: ReturnType<HostileMember["commit"]>) {
  return { epoch, payload, attachment, nextWriteKey };
}

// Puts a commit into the log as the holder of the link.
async function byLink(scene: Scene, commit: ReturnType<HostileMember["commit"]>): Promise<void> {
  await scene.rogue.proveLink(linkOf(scene));
  const ground = { by: "slot", slotId: keysOf(scene).slotId } as const;
  await scene.rogue.append({ kind: "commit", ground, ...bytesOf(commit) });
}

// The owner has agreed to something else.
function yesOfOwner({ world, owner }: Scene): Uint8Array {
  const { crypto, random, records } = new HostileMember(world, owner);
  const room = loadRoom({ crypto, random }, records);
  room.caughtUp();
  const { hash } = room.proposals.note({ type: "setTitle", title: "Garden" });
  const said = room.proposals.approve(hash, world.timeline.now);
  if (!said.ok) throw new Error(said.error.code);
  return room.proposals.list()[0]!.approvals[0]!;
}

function linkOf({ link }: Scene): InviteLink {
  return parseLink(link)!;
}

function keysOf(scene: Scene): ReturnType<typeof inviteKeys> {
  const { roomId, secret } = linkOf(scene);
  return inviteKeys(scene.world.crypto, roomId, secret);
}

async function closeSlots(scene: Scene): Promise<void> {
  const { slotId } = keysOf(scene);
  await scene.rogue.ask({ type: "closeSlot", roomTag: scene.rogue.roomTag, slotId });
}

// From here on, what is sealed to a victim's leaf the victim cannot open.
function shutOut({ group, crypto }: HostileMember, victim: HostileMember): void {
  const own = victim.group.view.leaf(victim.group.ownLeafIndex)!.encryptionKey;
  const hostile: Partial<Crypto> = {
    kemEncapsulate: (kem, key, random) => {
      const sealedTo = equalBytes(own, key) ? crypto.kemDeriveKeyPair(kem, random).publicKey : key;
      return crypto.kemEncapsulate(kem, sealedTo, random);
    },
  };
  const { suite } = (group as unknown as { inner: { suite: object } }).inner;
  const value = Object.assign(Object.create(crypto) as Crypto, hostile);
  Object.defineProperty(suite, "crypto", { value, configurable: true });
}

function largeLeaf({ world, link }: Scene): ReturnType<HostileMember["commit"]> {
  const mallory = new Outsider(world, `large ${String(world.steps)}`);
  const view = mallory.look(link);
  const capabilities = roomCapabilities(view.slot.suite);
  return mallory.externalCommit(view, {
    leaf: {
      capabilities: { ...capabilities, extensions: [...capabilities.extensions, LARGE] },
      extensions: [{ type: LARGE, data: new Uint8Array(100_000) }],
    },
  });
}
