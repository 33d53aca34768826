import { isLabel } from "@conclave/protocol";
import { toHex } from "@conclave/codec";
import { usageError } from "../cliError.js";
import { personDocument } from "../documents/personDocument.js";
import type { CommandContext } from "../program/context.js";
import { withRoom } from "../program/withRoom.js";
import { decide } from "../room/decide.js";
import { findMember } from "../room/find.js";
import { problemError } from "../session/problem.js";
import { shownName } from "../session/personView.js";
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
