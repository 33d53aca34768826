import { encode, stored, struct, u53 } from "@conclave/codec";

/** How long a relay has been telling that it was restored and lacks what we have, and when it last had all of it again. */
export interface RecoveryNote {
  /** Ms; 0 while it does not say so. */
  readonly since: number;
  /** Ms; 0 for never. */
  readonly ended: number;
}

const layout = struct<RecoveryNote>({ since: u53, ended: u53 });

/** Nothing was said. */
export const NO_RECOVERY: RecoveryNote = { since: 0, ended: 0 };

export function encodeRecoveryNote(note: RecoveryNote): Uint8Array {
  return encode(note, layout.write);
}

/** @throws TypeError when the stored bytes are damaged. */
export function decodeRecoveryNote(bytes: Uint8Array): RecoveryNote {
  return stored("recovery", bytes, layout);
}
