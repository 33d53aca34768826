import { isLabel } from "@conclave/protocol";
import { toHex } from "@conclave/codec";
import { usageError } from "../cliError.js";
import { personDocument } from "../documents/personDocument.js";
import type { CommandContext } from "../program/context.js";
import { withRoom } from "../program/withRoom.js";
import { decide } from "../room/decide.js";
import { findMember } from "../room/find.js";
import { problemError } from "../session/problem.js";
import { namesOf, shownName } from "../session/personView.js";
import { consentForGood } from "../terminal/consent.js";
import { safeName } from "../terminal/safeText.js";
import { reportIfSame, reportProgress } from "./progress.js";

/** `conclave title`. */
export async function setTitle(context: CommandContext, given: string): Promise<void> {
  const title = given.trim();
  if (!isLabel(title)) throw problemError({ kind: "malformed", what: "title" }, "");
  await withRoom(context, "write", async (room) => {
    const action = { type: "setTitle", title } as const;
    const document = { title };
    const shown = safeName(title);
    if (reportIfSame(context.output, room, action, `The room is already called ${shown}.`, document)) return;
    reportProgress(context.output, await decide(room, action), `The room is now called ${shown}.`, document);
  });
}

/** `conclave hand-over`: makes somebody else the owner in your place, in one decision. */
export async function handOver(context: CommandContext, name: string): Promise<void> {
  await withRoom(context, "write", async (room) => {
    const member = findMember(room, name);
    const shown = shownName(member);
    if (member.isYou) throw usageError("That's you. Choose somebody else.");
    await consentForGood(context, `Make ${shown} the owner? You become an admin, and only an owner can change that.`);
    const progress = await decide(room, { type: "transferOwnership", person: member.person });
    reportProgress(context.output, progress, `${shown} is now the owner, and you are an admin.`, {
      person: personDocument(member),
    });
  });
}

/** `conclave reset-clock`: the room's time becomes this machine's. */
export async function resetClock(context: CommandContext): Promise<void> {
  await withRoom(context, "write", async (room) => {
    const title = safeName(room.title);
    await consentForGood(
      context,
      `Set the clock of ${title} by this machine's? Its open links that have an end are closed.`,
    );
    const progress = await decide(room, { type: "resetTime" });
    reportProgress(
      context.output,
      progress,
      `The clock of ${title} is right again. Its links that had an end are closed.`,
      {
        room: toHex(room.id),
      },
    );
  });
}

/** `conclave seal`: afterwards nobody joins, is removed or gets another role. */
export async function seal(context: CommandContext): Promise<void> {
  await withRoom(context, "write", async (room) => {
    const title = safeName(room.title);
    await consentForGood(
      context,
      `Seal ${title} permanently? Its people, roles and rules stay as they are; people can still leave.`,
    );
    const progress = await decide(room, { type: "seal" });
    reportProgress(context.output, progress, `${title} is sealed: its people, roles and rules stay as they are.`, {
      room: toHex(room.id),
    });
  });
}

/** `conclave upgrade`: moves the room to the next version that this program knows. Whose apps are older waits until they update. */
export async function upgrade(context: CommandContext): Promise<void> {
  await withRoom(context, "write", async (room) => {
    const known = room.version();
    if (known === null) throw problemError({ kind: "not_member" }, "");
    const { version, next } = known;
    const people = { behind: known.behind.map(personDocument), unknown: known.unknown.map(personDocument) };
    if (next === null) {
      const sentence = `The room is of version ${version}, the newest that this Conclave knows. There is nothing to do.`;
      context.output.result({ version, ...people, done: true }, () => sentence);
      return;
    }
    const waiting = [
      ...(known.behind.length === 0 ? [] : [`The apps of ${namesOf(known.behind)} are too old for it.`]),
      ...(known.unknown.length === 0 ? [] : [`Nothing is known yet of those of ${namesOf(known.unknown)}.`]),
      "Anybody who has an older app can only read what there is until they update it.",
    ];
    await consentForGood(context, `Move the room to version ${next}? ${waiting.join(" ")}`);
    const progress = await decide(room, { type: "upgrade", version: next });
    reportProgress(context.output, progress, `The room is now on version ${next}.`, { version: next, ...people });
  });
}
