import { findOne } from "../model/find.js";
import { withSession, type CommandContext } from "../program/globals.js";
import { safeLine, safeName, safeText } from "../terminal/safeText.js";
import { ago } from "../terminal/when.js";
import { reportProgress } from "./progress.js";

const PATIENCE = 10_000;

/** `conclave requests`. */
export async function requests(context: CommandContext): Promise<void> {
  await withSession(context, "write", "requests", async (session) => {
    const room = session.room(context.room);
    await room.sync(PATIENCE);
    const waiting = await room.requests();
    context.output.result({ requests: waiting }, (paint) =>
      waiting.length === 0
        ? "Nobody asks to be let in."
        : waiting.flatMap((request) => [
            `${paint.bold(safeName(request.name))} ${paint.dim(`#${request.tag}`)} asked ${ago(request.time, Date.now())}, with ${safeLine(request.via)}`,
            ...(request.note === ""
              ? []
              : safeText(request.note)
                  .split("\n")
                  .map((line) => `    ${line}`)),
            paint.dim(`    ${request.words}`),
            ...(request.approvalsNeeded > 1
              ? [
                  `    approved by ${request.approvedBy.length} of ${request.approvalsNeeded}: ${request.approvedBy.map(safeName).join(", ") || "nobody"}`,
                ]
              : []),
            `    conclave admit ${request.id.slice(0, 8)}    conclave decline ${request.id.slice(0, 8)}`,
            "",
          ]),
    );
  });
}

/** `conclave admit`, `decline` and `approve`. */
export async function decide(
  context: CommandContext,
  verb: "admit" | "decline" | "approve",
  name: string,
): Promise<void> {
  await withSession(context, "write", verb, async (session) => {
    const room = session.room(context.room);
    await room.sync(PATIENCE);
    const waiting = await room.requests();
    const request = findOne("request", name, waiting);
    const who = safeName(request.name);
    if (verb === "decline") {
      await room.decline(request.id);
      context.output.result(
        { request: request.id, done: true },
        (paint) => `${paint.green("✔")} ${who} was turned down.`,
      );
      return;
    }
    const progress = await (verb === "admit" ? room.admit(request.id) : room.approve(request.id));
    reportProgress(context.output, progress, `${who} is in the room.`, { request: request.id });
  });
}
