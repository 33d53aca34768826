import { equalBytes } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { encodeAction, loadRoom, NO_EVIDENCE, sealRosterRecord } from "@conclave/protocol";
import { currentRosterKey } from "@conclave/protocol/testing";
import { asMember, bytesOf, closeSlots, keysOf, MEMBER_GROUND } from "./hands.js";
import { HostileMember } from "./hostileMember.js";
import type { Scene, Trouble } from "./trouble.js";

/** What a hostile member does. */
export const MEMBER_TROUBLES: readonly Trouble[] = [
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
        { seq: entry!.seq, before: hands.keys.record },
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
      const place = { seq: roster.seq + 1, before: keys.record };
      const attachment = sealRosterRecord(world.crypto, roomTag, currentRosterKey(keys), place, content);
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
      const { no } = world.relay.main.store.rooms.get(rogue.roomTag)!;
      for (const { request } of world.relay.main.store.requests.page(no, 0, { items: 100, bytes: 1e7 }))
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
      const { device, rogue } = scene;
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
];

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
