import { decode, encode, type Reader } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { openSealed, sealTo } from "../encoding/sealing.js";
import { HASH_BYTES } from "../encoding/signed.js";
import type { Primitives } from "../encoding/primitives.js";
import type { LogPlace } from "../evidence/logMemory.js";
import { readRosterKeys, type RosterKeys, writeRosterKeys } from "./slot.js";

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
const VERSION = 1;

/** Seals an admission to the reply key of a request. Null when that key is unusable. */
export function sealAdmission(
  primitives: Primitives,
  roomTag: Uint8Array,
  replyPub: Uint8Array,
  admission: Admission,
): Uint8Array | null {
  const content = encode(admission, (w, a) => {
    w.u16(VERSION).opaque(a.welcome).fixed(a.head).u53(a.log.n).fixed(a.log.head).u53(a.lastCommit).fixed(a.recordHash);
    writeRosterKeys(w, a);
  });
  return sealTo(primitives, { label: LABEL, roomTag }, replyPub, content);
}

/** Opens an admission; null when it was not sealed for this reply key and room. */
export function openAdmission(
  crypto: Crypto,
  roomTag: Uint8Array,
  replyKey: Uint8Array,
  blob: Uint8Array,
): Admission | null {
  const content = openSealed(crypto, { label: LABEL, roomTag }, replyKey, blob);
  const decoded = content === null ? null : decode(content, readAdmission);
  if (decoded === null || !decoded.ok || decoded.value.version !== VERSION) return null;
  const { version: _, ...admission } = decoded.value;
  return admission;
}

function readAdmission(r: Reader): Admission & { version: number } {
  return {
    version: r.u16(),
    welcome: r.opaque(),
    head: r.fixed(HASH_BYTES),
    log: { n: r.u53(), head: r.fixed(HASH_BYTES) },
    lastCommit: r.u53(),
    recordHash: r.fixed(HASH_BYTES),
    ...readRosterKeys(r),
  };
}
