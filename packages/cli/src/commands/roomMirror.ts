import type { RoomMirror } from "@conclave/client";
import { toHex, utf8Bytes } from "@conclave/codec";
import type { CommandContext } from "../program/context.js";
import { waiting } from "../program/waiting.js";
import { withRoom } from "../program/withRoom.js";
import { seen } from "../room/decide.js";
import { decidingError } from "../session/fate.js";
import { problemError } from "../session/problem.js";
import { mustAnswer } from "../session/reach.js";
import { webAddress } from "../session/relayAddress.js";
import { nextCommand } from "../terminal/nextCommand.js";
import { safeLine, safeName } from "../terminal/safeText.js";
import { reportProgress } from "./progress.js";

/** `conclave room mirror add`: another relay keeps a copy of the room, to be read while the room's own is away. */
export async function mirrorAdd(context: CommandContext, address: string): Promise<void> {
  await withRoom(context, "write", async (room) => {
    await mustAnswer(safeLine(address));
    const permit = process.env["CONCLAVE_PERMIT"];
    const options = permit === undefined ? { relay: address } : { relay: address, permit: utf8Bytes(permit) };
    const added = await waiting(context.output, room.addMirror(options));
    if (!added.ok) {
      const { error } = added;
      const isTheirs = error.kind === "unreachable" || error.kind === "relay" || error.kind === "malformed";
      throw isTheirs ? problemError(error, safeLine(address)) : decidingError(error, webAddress(room.relay));
    }
    const sentence = `${safeLine(address)} keeps a copy of ${safeName(room.title)} now. Members read there while ${webAddress(room.relay)} is away.`;
    reportProgress(context.output, await seen(room, added.value), sentence, { room: toHex(room.id), address });
  });
}

/** `conclave room mirror remove`: nothing more is brought there. */
export async function mirrorRemove(context: CommandContext, address: string): Promise<void> {
  await withRoom(context, "write", async (room) => {
    const removed = await waiting(context.output, room.removeMirror(address));
    if (!removed.ok) throw decidingError(removed.error, webAddress(room.relay));
    const sentence = `${safeLine(address)} is no mirror of ${safeName(room.title)} any more. What it has, it has: ask its operator to delete it.`;
    reportProgress(context.output, await seen(room, removed.value), sentence, { room: toHex(room.id), address });
  });
}

/** `conclave room mirror list`: the room's mirrors, and what each of them has. */
export async function mirrorList(context: CommandContext): Promise<void> {
  await withRoom(context, "read", async (room, isCurrent) => {
    const { output, options } = context;
    const mirrors = options["offline"] === true ? room.mirrors() : await waiting(output, room.lookAtMirrors());
    const { n } = room.status();
    output.result({ room: toHex(room.id), isCurrent, n, mirrors }, (paint) =>
      mirrors.length === 0
        ? `This room has no mirrors. Those who may change its rules can add one:  ${nextCommand("room", "mirror", "add")}`
        : mirrors.map((mirror) => `${paint.bold(webAddress(mirror.address))}  ${stateLine(mirror, n)}`),
    );
  });
}

const STATES: Readonly<Record<Exclude<RoomMirror["state"], "agrees">, string>> = {
  unknown: "nobody has looked yet",
  empty: "has nothing yet",
  pruned: "its operator deleted what it had; it starts again",
  behind:
    "lacks more than this device has: another member's may bring it; if nobody does for a day, it goes on behind the gap",
  unreachable: "doesn't answer",
  stranger: "another relay answers there than the room named",
  busy: "takes nothing just now, because it is busy or full; more is brought later",
  refused: "doesn't take the room; its operator may want a permit",
  unsigned: "shows what the room's relay has not signed: nothing of it is believed",
  contradicts: "shows what the room's relay signed for others, and that is another log: look at the room's alarms",
};

function stateLine({ state, n }: RoomMirror, room: number): string {
  if (state !== "agrees") return STATES[state];
  return n >= room ? "has everything" : `has everything but the last ${String(room - n)}`;
}
