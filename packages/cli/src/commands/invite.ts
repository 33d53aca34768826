import { usageError } from "../cliError.js";
import { findOne } from "../model/find.js";
import type { Invitation } from "../model/room.js";
import { withSession, type CommandContext } from "../program/globals.js";
import { safeName } from "../terminal/safeText.js";
import { table } from "../terminal/table.js";
import { dayAndTime, parseDuration } from "../terminal/when.js";
import { reportProgress } from "./progress.js";
import { wholeNumber } from "./wholeNumber.js";

/** `conclave invite`: makes an invite, and shows its link once. */
export async function invite(context: CommandContext): Promise<void> {
  const { options, output } = context;
  const uses = options["uses"] === undefined ? null : wholeNumber("--uses", options["uses"], 100_000);
  if (uses === 0) throw usageError("--uses must be at least 1.");
  const expires = options["expires"] === undefined ? null : parseDuration(String(options["expires"]));
  if (expires === null && options["expires"] !== undefined)
    throw usageError("--expires must be a time such as 30m, 12h, 7d or 2w.");
  const mode = String(options["mode"]);
  if (mode !== "direct" && mode !== "ask") throw usageError("--mode must be direct or ask.");
  await withSession(context, "write", "invite", async (session) => {
    const made = await session.room(context.room).invite({ label: String(options["label"]), uses, expires, mode });
    const { invitation, link } = made;
    output.result({ invitation, link }, (paint) => [
      `${paint.green("✔")} ${whoMayUse(invitation)}`,
      "",
      `  ${paint.cyan(link)}`,
      "",
      paint.dim("Send it over a channel you trust: what comes after # is a secret. It is not shown again."),
    ]);
  });
}

/** `conclave invites`. */
export async function invites(context: CommandContext): Promise<void> {
  await withSession(context, "read", "invites", (session) => {
    const all = session.room(context.room).invitations();
    context.output.result({ invitations: all }, (paint) =>
      all.length === 0
        ? 'No invites. "conclave invite" makes one.'
        : table(
            all.map((invitation) => [
              { text: invitation.id.slice(0, 8), paint: paint.dim },
              { text: safeName(invitation.label), paint: paint.bold },
              { text: invitation.isOpen ? "open" : "closed", paint: invitation.isOpen ? paint.green : paint.dim },
              invitation.mode,
              invitation.maxUses === null
                ? `${invitation.uses} used`
                : `${invitation.uses} of ${invitation.maxUses} used`,
              { text: `by ${safeName(invitation.createdBy.name)}`, paint: paint.dim },
              { text: invitation.expires === null ? "" : `until ${dayAndTime(invitation.expires)}`, paint: paint.dim },
            ]),
          ),
    );
  });
}

/** `conclave revoke`. */
export async function revoke(context: CommandContext, name: string): Promise<void> {
  await withSession(context, "write", "revoke", async (session) => {
    const room = session.room(context.room);
    const open = room.invitations().filter(({ isOpen }) => isOpen);
    const { id, label } = findOne(
      "open invite",
      name,
      open.map((invitation) => ({ ...invitation, name: invitation.label })),
    );
    const progress = await room.revoke(id);
    reportProgress(context.output, progress, `The invite "${safeName(label)}" is closed.`, { invite: id });
  });
}

function whoMayUse({ uses, maxUses, mode, expires, label }: Invitation): string {
  const left = maxUses === null ? null : maxUses - uses;
  const who = left === null ? "Everybody who has" : left === 1 ? "The first who uses" : `The first ${left} who use`;
  const what = mode === "ask" ? "can ask to join" : "can join at once";
  const until = expires === null ? "" : `, until ${dayAndTime(expires)}`;
  return `${who} this link ("${safeName(label)}") ${what}${until}:`;
}
