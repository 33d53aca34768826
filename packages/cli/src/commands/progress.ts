import type { DecisionProgress, RoomSession } from "@conclave/client";
import { toHex } from "@conclave/codec";
import type { Action } from "@conclave/protocol";
import { outcomeDocument } from "../documents/agreementDocument.js";
import { EXIT } from "../exitCode.js";
import { isAlreadySo } from "../room/decide.js";
import { SHOWN_ID } from "../session/timelineView.js";
import { otherCommand } from "../terminal/nextCommand.js";
import type { Output } from "../terminal/output.js";

/** Reports an action that was done, or that waits for the approval of others. `once`: what to do once they have approved. */
export function reportProgress(
  output: Output,
  progress: DecisionProgress,
  sentence: string,
  document: object,
  once: readonly string[] = [],
): void {
  if (!progress.done) process.exitCode = EXIT.waiting;
  output.result({ ...document, ...outcomeDocument(progress) }, (paint) =>
    progress.done
      ? `${paint.green("✔")} ${sentence}`
      : progress.have >= progress.need
        ? `${paint.yellow("…")} Everyone who is needed has approved. It is done when somebody whose role allows it is online.`
        : [
            `${paint.yellow("…")} Approved by ${progress.have} of ${progress.need}. Others can approve it with:`,
            "",
            `  ${approveCommand(progress)}`,
            ...once,
          ],
  );
}

/** What others type to approve. */
export function approveCommand({ actionHash }: Extract<DecisionProgress, { readonly done: false }>): string {
  return otherCommand("approve", toHex(actionHash).slice(0, SHOWN_ID));
}

/** Says so if the action would change nothing: then nothing is decided or proposed. */
export function reportIfSame(
  output: Output,
  room: RoomSession,
  action: Action,
  sentence: string,
  document: object,
): boolean {
  const isSame = isAlreadySo(room, action);
  if (isSame) output.result({ ...document, done: true }, () => sentence);
  return isSame;
}
