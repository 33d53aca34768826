import { toHex, utf8Bytes } from "@conclave/codec";
import type { CommandContext } from "../program/context.js";
import { waiting } from "../program/waiting.js";
import { withRoom } from "../program/withRoom.js";
import { seen } from "../room/decide.js";
import { decidingError } from "../session/fate.js";
import { problemError } from "../session/problem.js";
import { webAddress } from "../session/relayAddress.js";
import { consentForGood } from "../terminal/consent.js";
import { safeName } from "../terminal/safeText.js";
import { reportProgress } from "./progress.js";

/** `conclave room move`: the room goes on at another relay, and everybody follows. */
export async function roomMove(context: CommandContext, address: string): Promise<void> {
  const { output } = context;
  await withRoom(context, "write", async (room) => {
    const [title, before] = [safeName(room.title), webAddress(room.relay)];
    await consentForGood(
      context,
      `Move ${title} from ${before} to ${safeName(address)}? Everybody's app follows by itself. The new relay then learns when the room is active, as the old one does now.`,
    );
    const permit = process.env["CONCLAVE_PERMIT"];
    const options = permit === undefined ? { relay: address } : { relay: address, permit: utf8Bytes(permit) };
    const moved = await waiting(output, room.move(options));
    if (!moved.ok) {
      const { error } = moved;
      const isTheirs = error.kind === "unreachable" || error.kind === "relay" || error.kind === "malformed";
      throw isTheirs ? problemError(error, safeName(address)) : decidingError(error, before);
    }
    const to = webAddress(room.relay);
    reportProgress(output, await seen(room, moved.value), `${title} is at ${to} now. Links to ${before} lead there.`, {
      ...{ room: toHex(room.id), from: before, to },
    });
  });
}
