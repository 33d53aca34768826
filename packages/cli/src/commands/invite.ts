import { isLabel, MAX_WELCOME_TEXT_BYTES } from "@conclave/protocol";
import { CLOCK_LIMIT_MS, type RoomInvite, type RoomSession } from "@conclave/client";
import { toHex, utf8Bytes } from "@conclave/codec";
import { spanOf } from "@conclave/words";
import { CliError, usageError } from "../cliError.js";
import { invitationDocument } from "../documents/invitationDocument.js";
import type { CommandContext } from "../program/context.js";
import { withRoom } from "../program/withRoom.js";
import { decide, makeInvite, mayResetClock } from "../room/decide.js";
import { findInvite } from "../room/find.js";
import { mustBeKnown } from "../room/outside.js";
import { webAddress } from "../session/relayAddress.js";
import { nextCommand } from "../terminal/nextCommand.js";
import type { Output } from "../terminal/output.js";
import type { Paint } from "../terminal/paint.js";
import { safeName } from "../terminal/safeText.js";
import { table } from "../terminal/table.js";
import { dayAndTime, parseDuration } from "../terminal/when.js";
import { reportProgress } from "./progress.js";
import { wholeNumber } from "./wholeNumber.js";

/** How many people can use a link when nobody says otherwise. */
export const DEFAULT_USES = 1000;
/** The most people who can use one link (docs/protocol.md §4). */
const MOST_USES = 10_000;

/** `conclave invite`: makes an invite, and shows its link once. */
export async function invite(context: CommandContext): Promise<void> {
  const { options, output } = context;
  const isForKeys = options["sshKeys"] === true;
  if (isForKeys && options["uses"] !== undefined)
    throw usageError("--uses and --ssh-keys don't go together: each listed key lets in one person.");
  const uses = isForKeys ? null : wholeNumber("--uses", options["uses"] ?? String(DEFAULT_USES), MOST_USES, 1);
  const expires = options["expires"] === undefined ? null : parseDuration(String(options["expires"]));
  if (expires === null && options["expires"] !== undefined)
    throw usageError("--expires must be a time such as 30m, 12h, 7d or 2w.");
  const mode = options["mode"] ?? null;
  if (mode !== null && mode !== "direct" && mode !== "ask" && mode !== "auto")
    throw usageError("--mode must be direct, ask or auto.");
  const label = String(options["label"]).trim();
  if (!isLabel(label)) throw usageError("--label must be at most 128 bytes, and not empty.");
  const welcomeText = welcomeOf(context);
  await withRoom(context, "write", async (room) => {
    const made = await makeInvite(room, { label, uses, expires, mode, welcomeText });
    const { progress, invitation, link, isReady } = made;
    const invite = toHex(made.inviteId);
    if (invitation === null) {
      reportProgress(output, progress, "The link was made.", { invitation, link, invite }, [
        "",
        "Once enough have, this home shows you the link:",
        "",
        `  ${nextCommand("invites", "--link", invite.slice(0, 8))}`,
      ]);
      return;
    }
    if (!invitation.isOpen)
      throw new CliError(
        "INVITE_CLOSED",
        "The link was made, but it has already been closed.",
        `To see the room's invites:  ${nextCommand("invites")}`,
      );
    const { roomAhead } = room.status();
    if (expires !== null && roomAhead > CLOCK_LIMIT_MS)
      output.warn(AHEAD(spanOf("en", roomAhead), mayResetClock(room)), "ROOM_AHEAD");
    if (!isReady) warnLate(output);
    output.result({ invitation: invitationDocument(invitation), link, invite, done: true }, (paint) => [
      `${paint.green("✔")} ${whoMayUse(invitation)}`,
      "",
      `  ${paint.cyan(link)}`,
      "",
      paint.dim("Send it over a channel you trust: what comes after # is a secret."),
      paint.dim("Until it ends, anybody who has it can see who is in the room and what was decided."),
    ]);
  });
}

/** What `--welcome` says to who comes; empty for nothing. @throws CliError for too much */
export function welcomeOf({ options }: CommandContext): string {
  const welcomeText = String(options["welcome"] ?? "").trim();
  if (utf8Bytes(welcomeText).length > MAX_WELCOME_TEXT_BYTES)
    throw usageError(`--welcome must be at most ${MAX_WELCOME_TEXT_BYTES} bytes.`);
  return welcomeText;
}

/** `conclave invites`, and `conclave invites --link NAME`. */
export async function invites(context: CommandContext): Promise<void> {
  const wanted = context.options["link"];
  await withRoom(context, "read", (room) => {
    if (typeof wanted === "string") {
      showLink(context, room, wanted);
      return;
    }
    mustBeKnown(room);
    const all = room.invites();
    context.output.result({ invitations: all.map(invitationDocument) }, (paint) =>
      all.length === 0
        ? `No invites. To make one:  ${nextCommand("invite")}`
        : table(
            all.map((invitation) => [
              { text: toHex(invitation.inviteId).slice(0, 8), paint: paint.dim },
              { text: safeName(invitation.label ?? "(label unknown)"), paint: paint.bold },
              stateOf(invitation, paint),
              invitation.mode,
              invitation.limit === null
                ? `${invitation.uses} came, with SSH keys`
                : `${invitation.uses} of ${invitation.limit} used`,
              { text: `by ${safeName(invitation.createdBy.name)}`, paint: paint.dim },
              {
                text: invitation.notAfter === null ? "" : `until ${dayAndTime(invitation.notAfter)}`,
                paint: paint.dim,
              },
            ]),
          ),
    );
  });
}

function stateOf({ isOpen, trouble }: RoomInvite, paint: Paint): { text: string; paint: (text: string) => string } {
  if (!isOpen) return { text: "closed", paint: paint.dim };
  if (trouble === null) return { text: "open", paint: paint.green };
  const why = trouble === "rules" ? "the room's rules let nobody in by it" : "the relay keeps it closed";
  return { text: `open, but no use now: ${why}`, paint: paint.yellow };
}

/**
 * An open invite that was made here, with its link: nothing is lost if the process died before it could print the link, or if
 * others had to approve first. Then somebody else may have carried it out, and the room has it as theirs.
 */
function showLink({ output }: CommandContext, room: RoomSession, wanted: string): void {
  const open = room.invites().filter(({ isOpen, hasLink, createdBy }) => isOpen && (hasLink || createdBy.isYou));
  const invitation = findInvite("open invite of yours", open, wanted);
  const link = room.inviteLink(invitation.inviteId, webAddress(room.relay));
  if (link === null)
    throw new CliError(
      "NO_LINK",
      "This home doesn't have this invite's link: it was made on another device.",
      `Close it, then make a new one:  ${nextCommand("invite")}`,
    );
  output.result({ invitation: invitationDocument(invitation), link }, () => link);
}

/** `conclave revoke`. */
export async function revoke(context: CommandContext, name: string): Promise<void> {
  await withRoom(context, "write", async (room) => {
    const open = room.invites().filter(({ isOpen }) => isOpen);
    const { inviteId, label } = findInvite("open invite", open, name);
    const id = toHex(inviteId);
    const progress = await decide(room, { type: "revokeInvite", inviteId });
    reportProgress(context.output, progress, `The invite "${safeName(label ?? id)}" is closed.`, { invite: id });
  });
}

/** Says that a link does not work yet. */
export function warnLate(output: Output): void {
  output.warn(
    `the relay doesn't have what this link needs yet. It will work once this home has connected again:  ${nextCommand("sync")}`,
    "LINK_LATE",
  );
}

const AHEAD = (span: string, mayReset: boolean) =>
  `the room's clock is ${span} ahead of this machine's, because somebody decided something while their clock was ahead.\n` +
  "  Links expire by the room's clock; this one lasts as long as you asked." +
  (mayReset ? `\n  To set it right, which closes links that have an end:  ${nextCommand("reset-clock")}` : "");

function whoMayUse({ uses, limit, mode, notAfter, label }: RoomInvite): string {
  const left = limit === null ? 0 : limit - uses;
  const who =
    limit === null
      ? "Everybody with an SSH key on the room's list"
      : left === 1
        ? "One person"
        : `Up to ${left.toLocaleString("en")} people`;
  const what = mode === "ask" ? "ask to join" : mode === "auto" ? "join as soon as a device is on" : "join right away";
  const until = notAfter === null ? "" : `, until ${dayAndTime(notAfter)}`;
  return `${who} can ${what} with this link ("${safeName(label ?? "")}")${until}:`;
}
