import { toHex } from "@conclave/codec";
import { encodeHeadReceipt, type CommitReceipt, type HeadReceipt, type Signed } from "@conclave/wire";
import { joinDeltas, NO_DELTA } from "../encoding/delta.js";
import type { Delta } from "../encoding/provider.js";
import { alarm, type Alarm } from "../evidence/alarm.js";
import type { RoomParts } from "./parts.js";
import { pauseFor } from "./pause.js";
import type { NotedReceipt, ProofWanted } from "./relayWatch.js";

/** What the relay has signed about the room's log (docs/protocol.md §6), held against the log that we have. */
export class RoomReceipts {
  constructor(private readonly parts: RoomParts) {}

  /**
   * A head receipt of the relay. `known`: how far we had the log when we asked for it. Not `isSigned`: what answers on this
   * connection is not the room's relay, or lies.
   */
  noteHead(signed: Signed<HeadReceipt>, known = 0): NotedReceipt {
    const { watch, log, primitives } = this.parts;
    return this.note(watch.noteHead(primitives.crypto, this.relayKey, log, signed, known));
  }

  /**
   * The newest head that this relay has signed for the log as we have it, to be shown to it; null where there is none. What was signed
   * and has not come to us is not among it: nobody might be able to bring it.
   */
  get newest(): Signed<HeadReceipt> | null {
    return this.parts.watch.newest(this.parts.primitives.crypto, this.relayKey);
  }

  /** The relay says that it lost what it signed, and it does not come back: store `delta` and show the alarm. */
  noteLost(): { delta: Delta; alarm: Alarm } {
    const signed = this.newest;
    const evidence = signed === null ? "" : `${toHex(encodeHeadReceipt(signed))} lost`;
    return this.note({ delta: NO_DELTA, alarm: alarm("ROLLBACK", { evidence }) });
  }

  /** A commit receipt of the relay. */
  noteCommit(signed: Signed<CommitReceipt>): NotedReceipt {
    return this.note(this.parts.watch.noteCommit(this.parts.primitives.crypto, this.relayKey, this.parts.log, signed));
  }

  /**
   * After an alarm against the relay: the records `after`+1 to `to` of the log that it shows now may prove to others what
   * it did. Give their hashes to {@link proveFork}. Null when there is nothing to prove, or it is proved.
   */
  get proofWanted(): ProofWanted | null {
    return this.parts.watch.wanted(this.parts.primitives.crypto, this.relayKey, this.parts.log);
  }

  /**
   * The hashes of the records that {@link proofWanted} asks for, or of fewer, where the relay did not give all. They are
   * compared with what the relay signed; no record is taken in. An alarm holds the proof. Not asked for again before the
   * relay's next receipt.
   */
  proveFork(after: number, records: readonly Uint8Array[]): { delta: Delta; alarm: Alarm | null } {
    const { watch, log, primitives } = this.parts;
    return this.note(watch.prove(primitives.crypto, this.relayKey, log, after, records));
  }

  private note<T extends { delta: Delta; alarm: Alarm | null }>(noted: T): T {
    return { ...noted, delta: joinDeltas(noted.delta, pauseFor(this.parts, noted.alarm)) };
  }

  private get relayKey(): Uint8Array {
    return this.parts.roster.relay.publicKey;
  }
}
