import { type Result, toHex } from "@conclave/codec";
import type { SlotContent } from "@conclave/wire";
import { openSealed } from "../encoding/sealing.js";
import type { Invite } from "../invite/invite.js";
import { slotIdOf } from "../invite/inviteKeys.js";
import { checkInvite } from "../roster/inviteCheck.js";
import { type JoinRequest, openJoinRequest } from "../invite/joinRequest.js";
import { sealSlot } from "../invite/slot.js";
import { refused, type Rejection } from "../policy/rejection.js";
import { currentRosterKey, envelopeKeyOf, requestKeyPair } from "./keyring.js";
import { epochOf, type RoomParts } from "./parts.js";
import { isPlainLeaf } from "./plainLeaf.js";

/** Label under which join requests are sealed. */
export const REQUEST_LABEL = "conclave/join-request/v1";

/** The slots of all open invites, for the present epoch (docs/protocol.md §7). */
export function slotsOf(parts: RoomParts, now: number): SlotContent[] {
  const open = [...parts.roster.openInvites.values()];
  if (open.length === 0) return [];
  const hasEntrance = open.some(({ mode }) => mode !== "ask" && mode !== "auto");
  const groupInfo = hasEntrance ? parts.group.view.groupInfo() : null;
  // Who asks needs to know the room, but not to enter it: no group info, no envelope key.
  const infoFor = ({ mode }: Invite) => (mode === "ask" || mode === "auto" ? null : groupInfo);
  // RULE: slots.own-token: a slot's place follows from its token, so of invites with one token only the oldest has a slot: nobody
  // pushes out another's by an invite with the same (attack A109).
  const owners = new Map<string, Invite>();
  for (const invite of parts.roster.invites.values()) {
    const token = toHex(invite.tokenPub);
    if (invite.createdSeq < (owners.get(token)?.createdSeq ?? Infinity)) owners.set(token, invite);
  }
  const ownSlots = open.filter((invite) => owners.get(toHex(invite.tokenPub)) === invite);
  return ownSlots.flatMap((invite) => slotOf(parts, invite, infoFor(invite), now) ?? []);
}

/** The slot of an invite, or of a door, for the present epoch. `groupInfo`: null for those who have to ask. */
export function slotOf(
  parts: RoomParts,
  { inviteId, slotPub, tokenPub }: Pick<Invite, "inviteId" | "slotPub" | "tokenPub">,
  groupInfo: Uint8Array | null,
  now: number,
): SlotContent | null {
  const { primitives, roomTag, core, keys, roster, log, group } = parts;
  const epoch = epochOf(parts);
  const entrance = groupInfo && { groupInfo, envelopeKey: envelopeKeyOf(keys, epoch)! };
  const requestSecret = keys.requests[keys.requests.length - 1]!.key;
  const blob = sealSlot(
    primitives,
    { roomTag, slotPub, leafSeed: core.leafSeed },
    {
      roomId: core.roomId,
      inviteId,
      leaf: core.leaf,
      time: now,
      epoch,
      head: { seq: roster.seq, hash: roster.head },
      log: log.place,
      lastCommit: core.lastCommit,
      requestPub: requestKeyPair(primitives.crypto, requestSecret).publicKey,
      suite: group.suite,
      entrance,
      roster: keys.isRosterKeyUsed ? [currentRosterKey(keys)] : keys.roster,
      isRosterKeyUsed: keys.isRosterKeyUsed,
      record: keys.record,
    },
  );
  // An unusable slot key is its author's mistake, and opens nothing.
  if (blob === null) return null;
  return { slotId: slotIdOf(primitives.crypto, tokenPub), tokenPub, blob };
}

/** A join request that lay at the relay, opened and checked against the room as it is (docs/protocol.md §7, ask). */
export function openRequest(parts: RoomParts, blob: Uint8Array, now: number): Result<JoinRequest, Rejection> {
  const { primitives, roomTag, keys, core, group, roster } = parts;
  for (const { key } of keys.requests.toReversed()) {
    const { privateKey } = requestKeyPair(primitives.crypto, key);
    const content = openSealed(primitives.crypto, { label: REQUEST_LABEL, roomTag }, privateKey, blob);
    if (content === null) continue;
    const room = { roomId: core.roomId, suite: group.suite };
    const request = openJoinRequest(primitives.crypto, room, content, now);
    if (!request.ok) return request;
    const { leafNode, extensions } = request.value.keyPackage;
    if (!isPlainLeaf(leafNode, group.suite) || extensions.length > 0) return refused("leaf_not_plain", "key package");
    const refusal = checkInvite(primitives.crypto, roster, request.value);
    return refusal ?? request;
  }
  return refused("malformed", UNOPENED);
}

/** Why a request is refused that was sealed to none of the keys that this device has. */
export const UNOPENED = "request key";
