import type { DecisionProgress, Problem, RoomSession } from "@conclave/client";
import type { Result } from "@conclave/codec";
import { toHex, utf8Bytes } from "@conclave/codec";
import { usageError } from "../cliError.js";
import type { CommandContext } from "../program/context.js";
import { waiting } from "../program/waiting.js";
import { roomOf, withHome, withRoom } from "../program/withRoom.js";
import { seen } from "../room/decide.js";
import { decidingError } from "../session/fate.js";
import { problemError } from "../session/problem.js";
import { mustAnswer } from "../session/reach.js";
import { webAddress } from "../session/relayAddress.js";
import { consentForGood } from "../terminal/consent.js";
import { otherCommand } from "../terminal/nextCommand.js";
import { safeLine, safeName } from "../terminal/safeText.js";
import { reportProgress } from "./progress.js";

/** How long the room's own relay has to answer before it counts as gone (ms). */
const UNTIL_GONE_MS = 5000;

/** `conclave room move`: the room goes on at another relay, and everybody follows. */
export async function roomMove(context: CommandContext, address: string): Promise<void> {
  if (context.options["oldGone"] === true) {
    await moveAlone(context, address);
    return;
  }
  await withRoom(context, "write", async (room) => {
    const before = webAddress(room.relay);
    await mustAnswer(safeLine(address));
    await consentForGood(
      context,
      `Move ${safeName(room.title)} from ${before} to ${safeLine(address)}? Everybody's app follows by itself. The new relay then learns when the room is active, as the old one does now.`,
    );
    const moved = await waiting(context.output, room.move(optionsOf(address)));
    const to = webAddress(room.relay);
    await report(context, room, { address, before, moved }, `Links to ${before} lead there.`, { from: before, to });
  });
}

/** The same where the room's relay is gone: nobody follows before they are told. */
async function moveAlone(context: CommandContext, address: string): Promise<void> {
  const { output } = context;
  await withHome(context, "write", async (client) => {
    const room = roomOf(context, client);
    const before = webAddress(room.relay);
    const isThere = (await waiting(output, room.synced(UNTIL_GONE_MS))).ok;
    const answers = `${before} answers. Move the room without --old-gone, so that everybody follows.`;
    if (isThere) throw usageError(answers);
    await mustAnswer(safeLine(address));
    const to = webAddress(address) === before ? "the new relay at that address" : safeLine(address);
    await consentForGood(
      context,
      `Move ${safeName(room.title)} to ${to}, though ${before} doesn't answer for it? You have to tell the others, and what you have not read from ${before} is lost to the room.`,
    );
    const moved = await waiting(output, room.move({ ...optionsOf(address), isOldGone: true }));
    if (!moved.ok && moved.error.kind === "refused" && moved.error.rejection.detail === "the relay answers")
      throw usageError(answers);
    const now = webAddress(room.relay);
    const told = `Tell the others to run:  ${otherCommand("room", "follow", now)}`;
    await report(context, room, { address, before, moved }, told, { from: before, to: now });
  });
}

/** `conclave room follow`: looks for the room where somebody says that an owner has moved it. */
export async function roomFollow(context: CommandContext, address: string): Promise<void> {
  const { output } = context;
  await withHome(context, "write", async (client) => {
    const room = roomOf(context, client);
    const before = webAddress(room.relay);
    await mustAnswer(safeLine(address));
    const followed = await waiting(output, room.follow(address));
    if (!followed.ok) throw problemError(followed.error, safeLine(address));
    const to = webAddress(room.relay);
    output.result({ room: toHex(room.id), from: before, to }, (paint) => [
      `${paint.green("✔")} An owner has moved ${safeName(room.title)} to ${to}. This home is there now.`,
    ]);
  });
}

function optionsOf(relay: string) {
  const permit = process.env["CONCLAVE_PERMIT"];
  return permit === undefined ? { relay } : { relay, permit: utf8Bytes(permit) };
}

interface Move {
  readonly address: string;
  readonly before: string;
  readonly moved: Result<DecisionProgress, Problem>;
}

async function report(
  { output }: CommandContext,
  room: RoomSession,
  { address, before, moved }: Move,
  then: string,
  document: { readonly from: string; readonly to: string },
): Promise<void> {
  if (!moved.ok) {
    const { error } = moved;
    const isTheirs = error.kind === "unreachable" || error.kind === "relay" || error.kind === "malformed";
    throw isTheirs ? problemError(error, safeLine(address)) : decidingError(error, before);
  }
  const sentence = `${safeName(room.title)} is at ${document.to} now. ${then}`;
  reportProgress(output, await seen(room, moved.value), sentence, { room: toHex(room.id), ...document });
}
