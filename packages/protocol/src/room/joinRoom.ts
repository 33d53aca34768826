import { done, type Result, struct } from "@conclave/codec";
import type { Provider } from "../encoding/provider.js";
import { bytes32 } from "../encoding/signed.js";
import { openDeviceCert } from "../identity/deviceCert.js";
import type { DeviceIdentity } from "../identity/leafCert.js";
import { inviteKeys } from "../invite/inviteKeys.js";
import { signInviteProof } from "../invite/inviteProof.js";
import { type SshSignature, sshSignatureLayout } from "../invite/sshSignature.js";
import { refused, type Rejection } from "../policy/rejection.js";
import { memberOf } from "../roster/roster.js";
import { comeIn, type ComingIn } from "./comeIn.js";
import type { RoomPreview } from "./preview.js";
import { Room } from "./room.js";

/** Who joins, and as what. */
export interface Joiner {
  readonly device: DeviceIdentity;
  /** What they are called in the room. */
  readonly name: string;
  /** Their clock, ms. */
  readonly now: number;
  /** Log position of the commit that they follow, where it is not the slot's (`Room.joinPlace`). */
  readonly after?: number | undefined;
  /** Of who comes by an invite for listed keys: the new leaf, for which their SSH key has signed, and what it has signed. */
  readonly ssh?: SshPass;
  /** Of who comes back: the invite to return ends with it (action `return`). */
  readonly isLast?: boolean;
}

/** A leaf of one's own before it comes in, and an SSH key's word for it. */
export interface SshPass {
  readonly leafSeed: Uint8Array;
  readonly signature: SshSignature;
}

/** An {@link SshPass} as bytes, to be stored: it holds a secret. */
export const sshPassLayout = struct<SshPass>({ leafSeed: bytes32, signature: sshSignatureLayout });

/** An own join on its way. Store `delta`, then send `append`; the room is `joining` until the log shows it. */
export interface Joining extends ComingIn {
  readonly room: Room;
}

/**
 * Joins a room by a direct invite, with nobody else online: an external commit whose entry carries the invite's proof
 * (docs/protocol.md §7). By an invite to return a member puts this device in the place of a lost one instead
 * (docs/decisions/0006). When the relay answers `stale_epoch` throw the room away and begin again with a fresh slot.
 */
export function joinRoom(primitives: Provider, preview: RoomPreview, joiner: Joiner): Result<Joining, Rejection> {
  const { crypto } = primitives;
  const { link, slot, roster, invite, entrance, history, keys } = preview;
  if (invite.mode === "ask" || invite.mode === "auto" || entrance === null) return refused("invite_needs_admission");
  const device = openDeviceCert(crypto, joiner.device.deviceCert);
  if (device === null) return refused("bad_leaf_cert", "device");
  // Who comes back is called what they were called.
  const lost = invite.mode === "return" ? memberOf(roster, device.person) : null;
  if (invite.mode === "return" && lost === null) return refused("not_member");
  const replaced = lost?.devices[lost.devices.length - 1]?.leaf ?? null;
  const { roomId } = link;
  const { inviteId, joinSeed, slotId } = inviteKeys(crypto, roomId, link.secret);
  const comingIn = comeIn(primitives, {
    ...{ slot, slotId, entrance, history, keys, replaced, leafSeed: joiner.ssh?.leafSeed ?? primitives.random(32) },
    ...{ device: joiner.device, name: lost?.name ?? joiner.name, now: joiner.now, after: joiner.after },
    sign: ({ person, leaf, leafCert, place }) => ({
      action:
        replaced === null
          ? { type: "add", leafCert, role: invite.role }
          : { type: "return", leafCert, leaf: replaced, isLast: joiner.isLast ?? false },
      proof: signInviteProof(crypto, joinSeed, {
        ...{ roomId, inviteId, person, leaf, place },
        baseSeq: null,
        ssh: joiner.ssh?.signature ?? null,
      }),
    }),
  });
  if (!comingIn.ok) return comingIn;
  const { parts, ...rest } = comingIn.value;
  return done({ ...rest, room: new Room(parts) });
}
