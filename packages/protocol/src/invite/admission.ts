import { decode, encode, opaque, struct, u53, versioned } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import type { RoomTag } from "@conclave/wire";
import { openSealed, sealTo } from "../encoding/sealing.js";
import { bytes32 } from "../encoding/signed.js";
import type { Provider } from "../encoding/provider.js";
import { type LogPlace, logPlaceLayout } from "../evidence/logMemory.js";
import { rosterKeyFields, type RosterKeys } from "./slot.js";

/** What whoever is let in gets in the inbox, released by the relay together with the commit (attack A97). */
export interface Admission extends RosterKeys {
  readonly welcome: Uint8Array;
  /** The newest entry after the commit: the newcomer's own admission. */
  readonly head: Uint8Array;
  /** The log as the author had read it before the commit, and the commit's record hash: where to read on from. */
  readonly log: LogPlace;
  readonly lastCommit: number;
  readonly recordHash: Uint8Array;
}

const LABEL = "conclave/admission/v1";
/** Longest Welcome, in bytes: it holds the tree, as a slot does. */
const MAX_WELCOME_BYTES = 4 << 20;
const layout = versioned(
  1,
  struct<Admission>({
    welcome: opaque(MAX_WELCOME_BYTES),
    head: bytes32,
    log: logPlaceLayout,
    lastCommit: u53,
    recordHash: bytes32,
    ...rosterKeyFields,
  }),
);

/** Seals an admission to the reply key of a request. Null when that key is unusable. */
export function sealAdmission(
  primitives: Provider,
  roomTag: RoomTag,
  replyPub: Uint8Array,
  admission: Admission,
): Uint8Array | null {
  return sealTo(primitives, { label: LABEL, roomTag }, replyPub, encode(admission, layout.write));
}

/** Opens an admission; null when it was not sealed for this reply key and room. */
export function openAdmission(
  crypto: Crypto,
  roomTag: RoomTag,
  replyKey: Uint8Array,
  blob: Uint8Array,
): Admission | null {
  const content = openSealed(crypto, { label: LABEL, roomTag }, replyKey, blob);
  const decoded = content && decode(content, layout.read);
  return decoded?.ok ? decoded.value : null;
}
