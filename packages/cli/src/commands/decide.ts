import { isLabel } from "@conclave/protocol";
import { usageError } from "../cliError.js";
import { findOne } from "../model/find.js";
import { displayName, personOf } from "../model/person.js";
import { type CommandContext, withRoom } from "../program/globals.js";
import { consentForGood } from "../terminal/consent.js";
import { safeName } from "../terminal/safeText.js";
import { reportProgress, reportSame } from "./progress.js";

/** `conclave title`. */
export async function setTitle(context: CommandContext, title: string): Promise<void> {
  if (!isLabel(title.trim())) throw usageError("A title has 1 to 64 visible characters.");
  await withRoom(context, "write", async (room) => {
    if (room.summary().title === title.trim()) {
      reportSame(context.output, `The room is called ${safeName(title.trim())} already.`, { title: title.trim() });
      return;
    }
    const progress = await room.setTitle(title);
    reportProgress(context.output, progress, `The room is now called ${safeName(title.trim())}.`, {
      title: title.trim(),
    });
  });
}

/** `conclave hand-over`: another owner in one's own place, in one decision. */
export async function handOver(context: CommandContext, name: string): Promise<void> {
  await withRoom(context, "write", async (room) => {
    const person = findOne("member", name, room.members());
    const shown = safeName(displayName(person, person.isLookalike));
    if (person.isYou) throw usageError("That is you: name somebody else.");
    await consentForGood(context, `Make ${shown} the owner? You are an admin then, and only an owner can change that.`);
    const progress = await room.handOver(person);
    reportProgress(context.output, progress, `${shown} is now an owner, and you are an admin.`, {
      person: personOf(person),
    });
  });
}

/** `conclave seal`: nobody comes in, goes out or gets another role any more. */
export async function seal(context: CommandContext): Promise<void> {
  await withRoom(context, "write", async (room) => {
    const { title, id } = room.summary();
    await consentForGood(
      context,
      `Seal ${safeName(title)} for ever? Its people, roles and rules stay as they are; people can still leave.`,
    );
    const progress = await room.seal();
    reportProgress(context.output, progress, `${safeName(title)} is sealed: it stays as it is.`, { room: id });
  });
}
