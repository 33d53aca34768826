import { createInterface } from "node:readline";
import { CliError } from "../cliError.js";
import type { RoomEvent, RoomSession } from "../model/session.js";
import type { TimelineItem } from "../model/timeline.js";
import type { Output } from "../terminal/output.js";
import { keyOf } from "./chatView.js";
import { linesOf } from "./plainLine.js";
import { isSlashCommand, runSlashCommand } from "./slashCommands.js";

const PATIENCE = 20_000;

/**
 * The chat as lines: each line of standard input is a message or a slash command; what happens is printed. Ends when the
 * input has ended and everything is sent, or with /quit or Ctrl-C.
 */
export async function plainChat(
  room: RoomSession,
  history: number,
  output: Output,
  isFollowing: boolean,
): Promise<void> {
  const texts = new Map<string, string>();
  const show = (item: TimelineItem) => {
    if (item.kind === "message") texts.set(item.message.id, item.message.text);
    // For people own messages are shown when they are in the room's log, not twice; programs are told of both.
    if (!output.json && item.kind === "message" && item.message.state === "pending") return;
    output.event(item, (paint) => linesOf(item, paint, { withDay: false }).join("\n"));
  };
  // For people a message that reads otherwise now is shown once more; what was printed cannot change.
  const showAmended = (event: Extract<RoomEvent, { kind: "amended" }>) => {
    const { message } = event;
    const isShown = texts.has(message.id) && texts.get(message.id) !== message.text;
    if (isShown) texts.set(message.id, message.text);
    if (output.json || isShown) {
      output.event(event, (paint) => linesOf({ kind: "message", message }, paint, { withDay: false }).join("\n"));
    }
  };
  // What happens while the history is read comes after it.
  let meanwhile: TimelineItem[] | null = [];
  const stopWatching = room.watch((event) => {
    if (event.kind === "changed") return;
    if (event.kind === "amended") {
      showAmended(event);
      return;
    }
    if (meanwhile) meanwhile.push(event);
    else show(event);
  });
  const earlier = await room.timeline(history);
  const shown = new Set(earlier.map(keyOf));
  const late = meanwhile.filter((item) => keyOf(item) === null || !shown.has(keyOf(item)));
  meanwhile = null;
  for (const item of [...earlier, ...late]) show(item);
  const input = createInterface({ input: process.stdin, terminal: false });
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const)
      process.once(signal, () => {
        input.close();
        resolve();
      });
  });
  try {
    const host = {
      say: (text: string) => output.note(text),
      ask: () => Promise.resolve(true),
      toggleMembers: () => undefined,
      quit: () => {
        input.close();
      },
    };
    for await (const line of input) {
      try {
        if (isSlashCommand(line)) await runSlashCommand(room, line, host);
        else if (line.trim() !== "") await room.send(line.startsWith("//") ? line.slice(1) : line);
      } catch (error) {
        if (!(error instanceof CliError)) throw error;
        output.error(error);
      }
    }
    if (isFollowing) await stopped;
    await room.flushed(PATIENCE);
  } finally {
    stopWatching();
  }
}
