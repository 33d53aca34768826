import type { JoinRequestDocument } from "./agreementDocument.js";
import type { AlarmDocument } from "./alarmDocument.js";
import type { ErrorBody, Warning } from "./everyRecord.js";
import type { MessageDocument } from "./messageDocument.js";
import type { DecisionDocument, ProposalLineDocument } from "./timelineDocument.js";

/**
 * The records of `conclave chat --json`, one a line, by `kind`. Each has `roomId`.
 *
 * @public
 */
export interface ChatRecords {
  /** A message in the room's log that can be read; your own too, once. */
  readonly message: { readonly message: MessageDocument };
  readonly decision: { readonly decision: DecisionDocument };
  readonly alarm: { readonly alarm: AlarmDocument };
  /** Somebody proposes something to the others. */
  readonly proposal: { readonly proposal: ProposalLineDocument };
  /** Something that cannot be read. `reason`: before_join, epoch_gone, replayed, pruned, invalid. */
  readonly unreadable: { readonly n: number; readonly reason: string; readonly sentence: string };
  /** A message that was told before was edited, deleted or reacted to: how it is now. */
  readonly amended: { readonly message: MessageDocument };
  /** The end of what was stored; what follows happens now. */
  readonly history_end: object;
  /** Members, status, invites or proposals have changed: read them again. */
  readonly changed: object;
  /** Somebody asks to join. */
  readonly request: { readonly request: JoinRequestDocument };
  /** The connection to the relay: `offline`, `connecting`, `catching up` or `live`. */
  readonly connection: { readonly connection: string };
  /** A line was not sent. */
  readonly error: { readonly error: ErrorBody; readonly warnings: readonly Warning[] };
}
