import { EXIT } from "../exitCode.js";
import type { Progress } from "../model/session.js";
import { otherCommand } from "../terminal/nextCommand.js";
import type { Output } from "../terminal/output.js";

/** Reports an action that was done, or that waits for the approval of others. */
export function reportProgress(output: Output, progress: Progress, sentence: string, document: object): void {
  if (!progress.done) process.exitCode = EXIT.waiting;
  output.result({ ...document, ...progress }, (paint) =>
    progress.done
      ? `${paint.green("✔")} ${sentence}`
      : progress.approved >= progress.needed
        ? `${paint.yellow("…")} Approved by all who are needed. It is done when somebody whose role allows it is online.`
        : [
            `${paint.yellow("…")} Approved by ${progress.approved} of ${progress.needed}. Others can agree with:`,
            "",
            `  ${otherCommand("approve", progress.proposal.slice(0, 12))}`,
          ],
  );
}

/** Reports that it is so already: nothing is decided, proposed or asked for a second time. */
export function reportSame(output: Output, sentence: string, document: object): void {
  output.result({ ...document, done: true }, () => sentence);
}
