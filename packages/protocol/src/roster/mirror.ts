import { equalBytes, list, struct, toHex } from "@conclave/codec";
import { bytes32 } from "../encoding/signed.js";
import { isRelayAddress, isSameRelay, relayLayout, type RelayIdentity } from "./relayIdentity.js";

/** A relay at which members keep a copy of the room's log (docs/protocol.md §6, Mirrors). */
export interface Mirror {
  readonly relay: RelayIdentity;
  /** 32 bytes, chosen at random by who named it: with it the place of the copy there is known to members only. */
  readonly copyId: Uint8Array;
}

/** The detail of the refusal of mirrors that were chosen when the room had others. */
export const OTHER_MIRRORS = "other mirrors";

/** Most mirrors of a room. */
export const MAX_MIRRORS = 3;

const layout = struct<Mirror>({ relay: relayLayout, copyId: bytes32 });

export const mirrorsLayout = list(layout, MAX_MIRRORS);

/** Whether these can be the mirrors of a room at this relay: of different keys, at addresses, and none of them is the relay itself. */
export function canBeMirrors(mirrors: readonly Mirror[], relay: RelayIdentity): boolean {
  const keys = [relay.publicKey, ...mirrors.map((mirror) => mirror.relay.publicKey)];
  // RULE: mirror.other: what the room's own relay keeps is no second word, and one operator's key is one mirror (attack A140).
  const isTwice = keys.some((key, at) => keys.findIndex((other) => equalBytes(other, key)) !== at);
  return !isTwice && mirrors.every((mirror) => isRelayAddress(mirror.relay.address));
}

/** How many mirrors are named, ended, or given another copy or address, from one list to the next. */
export function mirrorsChanged(before: readonly Mirror[], after: readonly Mirror[]): number {
  const isIn = (mirror: Mirror, list: readonly Mirror[]) => list.some((other) => areSameMirrors([mirror], [other]));
  const changed = [...before.filter((one) => !isIn(one, after)), ...after.filter((one) => !isIn(one, before))];
  return new Set(changed.map(({ relay }) => toHex(relay.publicKey))).size;
}

/** Whether two lists name the same mirrors, and the same copies, in the same order. */
export function areSameMirrors(some: readonly Mirror[], others: readonly Mirror[]): boolean {
  return (
    some.length === others.length &&
    some.every(
      (mirror, at) => isSameRelay(mirror.relay, others[at]!.relay) && equalBytes(mirror.copyId, others[at]!.copyId),
    )
  );
}
