import { isLabel } from "@conclave/protocol";
import { CLOCK_LIMIT_MS, spanOf } from "@conclave/client";
import { CliError, usageError } from "../cliError.js";
import { findOne } from "../model/find.js";
import type { Invitation } from "../model/room.js";
import { type CommandContext, withRoom } from "../program/globals.js";
import type { HomeRoom } from "../session/homeRoom.js";
import { nextCommand } from "../terminal/nextCommand.js";
import type { Output } from "../terminal/output.js";
import { safeName } from "../terminal/safeText.js";
import { table } from "../terminal/table.js";
import { dayAndTime, parseDuration } from "../terminal/when.js";
import { reportProgress } from "./progress.js";
import { wholeNumber } from "./wholeNumber.js";

/** How many people a link lets in where nobody says otherwise. */
export const DEFAULT_USES = 1000;
/** How many a link can let in (docs/protocol.md §4). */
const MOST_USES = 10_000;

/** `conclave invite`: makes an invite, and shows its link once. */
export async function invite(context: CommandContext): Promise<void> {
  const { options, output } = context;
  const uses = wholeNumber("--uses", options["uses"] ?? String(DEFAULT_USES), MOST_USES, 1);
  const expires = options["expires"] === undefined ? null : parseDuration(String(options["expires"]));
  if (expires === null && options["expires"] !== undefined)
    throw usageError("--expires must be a time such as 30m, 12h, 7d or 2w.");
  const mode = options["mode"] ?? null;
  if (mode !== null && mode !== "direct" && mode !== "ask") throw usageError("--mode must be direct or ask.");
  const label = String(options["label"]).trim();
  if (!isLabel(label)) throw usageError("--label must be 1 to 64 visible characters.");
  await withRoom(context, "write", async (room) => {
    const { progress, invitation, link, isReady } = await room.invite({ label, uses, expires, mode });
    if (invitation === null) {
      reportProgress(output, progress, "The link was made.", { invitation, link });
      return;
    }
    if (!invitation.isOpen)
      throw new CliError("INVITE_CLOSED", "The link was made, and is closed already.", nextCommand("invites"));
    const { roomAhead } = room.status();
    if (expires !== null && roomAhead > CLOCK_LIMIT_MS) output.warn(AHEAD(spanOf(roomAhead)), "ROOM_AHEAD");
    if (!isReady) warnLate(output);
    output.result({ invitation, link, done: true }, (paint) => [
      `${paint.green("✔")} ${whoMayUse(invitation)}`,
      "",
      `  ${paint.cyan(link)}`,
      "",
      paint.dim("Send it over a channel you trust: what comes after # is a secret."),
    ]);
  });
}

/** `conclave invites`, and `conclave invites --link NAME`. */
export async function invites(context: CommandContext): Promise<void> {
  const wanted = context.options["link"];
  await withRoom(context, "read", (room) => {
    if (typeof wanted === "string") {
      showLink(context, room, wanted);
      return;
    }
    room.mustBeKnown();
    const all = room.invitations();
    context.output.result({ invitations: all }, (paint) =>
      all.length === 0
        ? `No invites. To make one:  ${nextCommand("invite")}`
        : table(
            all.map((invitation) => [
              { text: invitation.id.slice(0, 8), paint: paint.dim },
              { text: safeName(invitation.label ?? "(label not known here)"), paint: paint.bold },
              { text: invitation.isOpen ? "open" : "closed", paint: invitation.isOpen ? paint.green : paint.dim },
              invitation.mode,
              `${invitation.uses} of ${invitation.limit} used`,
              { text: `by ${safeName(invitation.createdBy.name)}`, paint: paint.dim },
              { text: invitation.expires === null ? "" : `until ${dayAndTime(invitation.expires)}`, paint: paint.dim },
            ]),
          ),
    );
  });
}

/** An own invite that is open, with its link: who makes one and dies before it is printed has lost nothing. */
function showLink({ output }: CommandContext, room: HomeRoom, wanted: string): void {
  const open = room.invitations().filter(({ isOpen, createdBy }) => isOpen && createdBy.isYou);
  const named = open.map((invitation) => ({ ...invitation, name: invitation.label ?? invitation.id }));
  const { name: _name, ...invitation } = findOne("open invite of yours", wanted, named);
  const link = room.link(invitation.id);
  if (link === null)
    throw new CliError(
      "NO_LINK",
      "This home does not have the link of this invite: it was made on another device.",
      "Close it and make a new one.",
    );
  output.result({ invitation, link }, () => link);
}

/** `conclave revoke`. */
export async function revoke(context: CommandContext, name: string): Promise<void> {
  await withRoom(context, "write", async (room) => {
    const open = room.invitations().filter(({ isOpen }) => isOpen);
    const { id, name: label } = findOne(
      "open invite",
      name,
      open.map((invitation) => ({ ...invitation, name: invitation.label ?? invitation.id })),
    );
    const progress = await room.revoke(id);
    reportProgress(context.output, progress, `The invite "${safeName(label)}" is closed.`, { invite: id });
  });
}

/** Says that a link does not work yet. */
export function warnLate(output: Output): void {
  output.warn(
    `the relay does not have what this link needs: it works as soon as this home is connected again:  ${nextCommand("sync")}`,
    "LINK_LATE",
  );
}

const AHEAD = (span: string) =>
  `the room's own time is ${span} ahead of this machine's clock: somebody decided something by a clock that was ahead.\n` +
  "  Links end by the room's time; this one lasts as long as you asked for.";

function whoMayUse({ uses, limit, mode, expires, label }: Invitation): string {
  const left = limit - uses;
  const who = left === 1 ? "One person" : `Up to ${left.toLocaleString("en")} people`;
  const what = mode === "ask" ? "ask to join" : "join at once";
  const until = expires === null ? "" : `, until ${dayAndTime(expires)}`;
  return `${who} can ${what} with this link ("${safeName(label ?? "")}")${until}:`;
}
