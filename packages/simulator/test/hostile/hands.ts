import { inviteKeys, type InviteLink, parseLink } from "@conclave/protocol";
import { writeSeed } from "@conclave/protocol/testing";
import { HostileMember } from "./hostileMember.js";
import type { Scene } from "./trouble.js";

/** What a member appends with. */
export const MEMBER_GROUND = { ground: { by: "member" } } as const;

/** The member's keys of now, shown to the relay. */
export async function asMember({ world, device, rogue }: Scene): Promise<HostileMember> {
  const hands = new HostileMember(world, device);
  await rogue.prove(hands.epoch, writeSeed(hands.group.view));
  return hands;
}

export function bytesOf({ epoch, payload, attachment, nextWriteKey }: ReturnType<HostileMember["commit"]>) {
  return { epoch, payload, attachment, nextWriteKey };
}

/** Puts a commit into the log as the holder of the link. */
export async function byLink(scene: Scene, commit: ReturnType<HostileMember["commit"]>): Promise<void> {
  await scene.rogue.proveLink(linkOf(scene));
  const ground = { by: "slot", slotId: keysOf(scene).slotId } as const;
  await scene.rogue.append({ kind: "commit", ground, ...bytesOf(commit) });
}

export function linkOf({ link }: Scene): InviteLink {
  return parseLink(link)!;
}

export function keysOf(scene: Scene): ReturnType<typeof inviteKeys> {
  const { roomId, secret } = linkOf(scene);
  return inviteKeys(scene.world.crypto, roomId, secret);
}

export async function closeSlots(scene: Scene): Promise<void> {
  const { slotId } = keysOf(scene);
  await scene.rogue.ask({ type: "closeSlot", roomTag: scene.rogue.roomTag, slotId });
}
