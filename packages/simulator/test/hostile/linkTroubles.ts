import { inviteKeys, type LeafKey, parseLink } from "@conclave/protocol";
import { roomCapabilities, signInviteProof, writeSeed } from "@conclave/protocol/testing";
import { byLink, bytesOf, closeSlots, keysOf, linkOf, MEMBER_GROUND } from "./hands.js";
import type { HostileMember } from "./hostileMember.js";
import { Outsider } from "./outsider.js";
import type { Scene, Trouble } from "./trouble.js";

/** The type of an extension that a leaf carries. */
const LARGE = 0xf0ff;

/** What a former member and the holder of a link do. */
export const LINK_TROUBLES: readonly Trouble[] = [
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
        signInviteProof(world.crypto, keys.joinSeed, {
          roomId,
          ...keys,
          person: view.person,
          leaf,
          place,
          baseSeq: null,
          ssh: null,
        });
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
      const { epoch } = world.relay.main.store.rooms.get(rogue.roomTag)!;
      const ground = { by: "slot", slotId: keysOf(scene).slotId } as const;
      const nextWriteKey = world.crypto.ed25519PublicKey(seed);
      await rogue.append({ kind: "commit", ground, payload: world.dice.random(300), nextWriteKey });
      await rogue.prove(epoch + 1, seed);
      await closeSlots(scene);
    },
  },
];

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
