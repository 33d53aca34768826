import type { Client, RoomSession } from "@conclave/client";
import { CliError } from "../cliError.js";
import { dueDocument, type DueDocument } from "../documents/stewardDocument.js";
import { roomDocument } from "../documents/roomDocument.js";
import type { CommandContext } from "../program/context.js";
import { hasLooked, withHome } from "../program/withRoom.js";
import { orThrow } from "../room/orThrow.js";
import { proposalPhrase } from "../session/decisionView.js";
import { noRooms } from "../session/home.js";
import { AuditFile } from "../steward/auditFile.js";
import { idOf, mayServe, newestDecision, sayDoubt, watchRoom } from "../steward/watch.js";
import { safeLine, safeName } from "../terminal/safeText.js";
import { dayAndTime } from "../terminal/when.js";
import { warnOfUntrusted } from "../session/reach.js";
import { stopSignal } from "./serve.js";

const LAST_WORDS_MS = 3000;

/** `conclave steward`: carries out what people have decided, until SIGTERM or Ctrl-C. */
export async function steward(context: CommandContext): Promise<void> {
  const { options, output } = context;
  if (options["dryRun"] === true) {
    await withHome(context, "look", (client) => dryRun(context, client));
    return;
  }
  const audit = typeof options["audit"] === "string" ? AuditFile.open(options["audit"]) : null;
  await withHome(context, "write", async (client) => {
    const begun: { failure: unknown } = { failure: null };
    let fail: (error: unknown) => void = () => undefined;
    const failed = new Promise<never>((_, reject) => {
      fail = (error) => {
        begun.failure ??= error;
        reject(error instanceof Error ? error : new Error(String(error)));
      };
    });
    failed.catch(() => undefined);
    const rooms = served(client);
    const watching = rooms.map((room) =>
      watchRoom(
        room,
        {
          decided: (decision) => {
            audit?.add(decision);
            output.result(
              { event: "decision", decision },
              () => `${dayAndTime(decision.time)}  ${safeLine(decision.text)}`,
            );
          },
          alarm: (code, text) => {
            output.result({ event: "alarm", alarm: { code, text } }, (paint) => paint.red(`ALARM  ${text}`));
          },
          note: (text) => {
            output.note(text);
            if (!rooms.some(mayServe)) fail(over());
          },
          failed: fail,
        },
        audit?.newestOf(idOf(room)) ?? newestDecision(room),
      ),
    );
    try {
      if (begun.failure !== null) throw begun.failure as Error;
      warnOfUntrusted(output, rooms);
      const stopped = stopSignal();
      // eslint-disable-next-line conclave/outcome-last -- That it is there is so; what is awaited is its end.
      output.result({ event: "ready", rooms: rooms.map(roomDocument) }, () => [
        `Steward of ${rooms.map(({ title }) => safeName(title)).join(", ")}. Ctrl-C stops it.`,
      ]);
      await Promise.race([stopped, failed]);
      output.note("Stopping …");
    } finally {
      for (const stop of watching) stop();
      await Promise.all(rooms.map((room) => room.flushed(LAST_WORDS_MS)));
      audit?.close();
    }
  });
}

/** What it would carry out now: everything is read, and nothing is sent. */
async function dryRun({ output }: CommandContext, client: Client): Promise<void> {
  const due: DueDocument[] = [];
  const lines: string[] = [];
  for (const room of served(client)) {
    if (room.status().standing !== "member" || !(await hasLooked(output, room))) continue;
    orThrow(await room.requests(), room);
    const doubt = sayDoubt(room);
    if (doubt !== null) output.warn(`${safeName(room.title)}: ${doubt}.`, "CLOCK");
    for (const each of room.due()) {
      due.push(dueDocument(room, each));
      const { action, person } = each;
      const what = action.type === "rekey" ? "make new keys" : proposalPhrase(action, person?.name ?? null, () => null);
      lines.push(`${safeName(room.title)}: ${safeLine(what)}`);
    }
  }
  output.result({ event: "due", due }, () => (lines.length === 0 ? "Nothing is waiting to be carried out." : lines));
}

function served(client: Client): readonly RoomSession[] {
  const rooms = client.rooms().filter(mayServe);
  if (rooms.length === 0) throw client.rooms().length === 0 ? noRooms() : over();
  return rooms;
}

function over(): CliError {
  return new CliError("NOT_STEWARD", "This home is no longer a steward in any room.");
}
