import { toHex } from "@conclave/codec";
import { type Alarm, alarm, type AlarmCode } from "../evidence/alarm.js";
import { NO_DELTA } from "../encoding/delta.js";
import type { PersonId } from "../encoding/ids.js";
import type { Delta } from "../encoding/provider.js";
import type { Rejection, Upgraded } from "../policy/rejection.js";
import type { RoomEvent, Unreadable } from "./outcome.js";

/** What one record of the log came to, before the log itself moves on. */
export type Reception =
  | { readonly kind: "accepted"; readonly delta: Delta; readonly events: readonly RoomEvent[]; readonly alarm?: Alarm }
  | { readonly kind: "rejected"; readonly rejection: Rejection; readonly alarm: Alarm; readonly delta?: Delta }
  | { readonly kind: "ignored"; readonly unreadable: Unreadable | null; readonly alarm?: Alarm; readonly delta?: Delta }
  /** The room has moved to a version that this app does not know: the record is not used up. */
  | { readonly kind: "upgraded"; readonly upgraded: Upgraded };

export function accepted(delta: Delta, events: readonly RoomEvent[], raised: Alarm | null = null): Reception {
  return { kind: "accepted", delta, events, ...(raised === null ? {} : { alarm: raised }) };
}

export function ignored(unreadable: Unreadable | null, raised: Alarm | null = null, delta = NO_DELTA): Reception {
  return { kind: "ignored", unreadable, delta, ...(raised === null ? {} : { alarm: raised }) };
}

/** A refusal, with the bytes in question as evidence. `person`: whose device it came from, where that is proved. */
export function rejected(
  rejection: Rejection,
  { code, person = null, bytes }: { code: AlarmCode; person?: PersonId | null; bytes: Uint8Array },
): Reception {
  const evidence = toHex(bytes.subarray(0, MAX_EVIDENCE_BYTES));
  return { kind: "rejected", rejection, alarm: alarm(code, { person, rejection, evidence }) };
}

const MAX_EVIDENCE_BYTES = 1 << 16;
