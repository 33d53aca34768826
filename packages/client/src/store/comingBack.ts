import { encode, opaque, optional, stored, struct, u53, versioned, choice } from "@conclave/codec";
import type { PleaReason } from "@conclave/protocol";
import { PersonId } from "@conclave/protocol";

/**
 * This device cannot follow its room, and is on its way back (docs/decisions/0019). The room as it was stays in place until the log
 * shows that we are in again.
 */
export interface ComingBack {
  /** From it follow the keys of the door that we ask for. */
  readonly secret: Uint8Array;
  readonly why: PleaReason;
  /** Whose commit it was that we could not open; null where that is not known, or it is for another reason. */
  readonly by: PersonId | null;
  /** When this device noticed it, by its clock (ms). */
  readonly since: number;
  /** What is left at the relay. */
  readonly plea: Uint8Array;
  /** When it was left there last, by our clock (ms); 0 for not yet. */
  readonly postedAt: number;
  /** Who says that we were removed, which nothing proves; null where nobody does. We go on asking. */
  readonly told: PersonId | null;
  /** Our commit through the door, on its way. The room after it is stored beside. */
  readonly seat: OwnReseat | null;
}

/** A commit that brings us back. It follows one commit of the log and no other, so it is over with the next one. */
export interface OwnReseat {
  /** Of its record in the log. */
  readonly recordHash: Uint8Array;
  /** What the relay is asked to append, encoded. */
  readonly append: Uint8Array;
  /** The commit that it follows. */
  readonly lastCommit: number;
  /** How often one was built. */
  readonly attempts: number;
}

const layout = versioned(
  1,
  struct<ComingBack>({
    secret: opaque(32),
    why: choice<PleaReason>({ unopened: 1, behind: 3, copy: 4 }),
    by: optional(PersonId),
    since: u53,
    plea: opaque(),
    postedAt: u53,
    told: optional(PersonId),
    seat: optional(struct<OwnReseat>({ recordHash: opaque(32), append: opaque(), lastCommit: u53, attempts: u53 })),
  }),
);

export function encodeComingBack(record: ComingBack): Uint8Array {
  return encode(record, layout.write);
}

/** @throws TypeError when the stored bytes are damaged */
export function decodeComingBack(bytes: Uint8Array): ComingBack {
  return stored("coming back", bytes, layout);
}
