import type { RoomSession, TimelineItem, TimelineMessage } from "@conclave/client";
import { toHex } from "@conclave/codec";
import { CliError } from "../cliError.js";
import type { ProofOf } from "../documents/alarmDocument.js";
import { messageDocument } from "../documents/messageDocument.js";
import { itemDocument } from "../documents/timelineDocument.js";
import { EXIT, type ExitCode } from "../exitCode.js";
import { askOnce } from "../room/askFirst.js";
import { flushed } from "../room/inStep.js";
import { newest } from "../room/newest.js";
import { sendText } from "../room/sendText.js";
import { labelsOf, offersIn } from "../session/decisionView.js";
import { messageText } from "../session/messageText.js";
import { pauseSentence } from "../session/pauseSentence.js";
import { warnOfUntrusted } from "../session/reach.js";
import { stopped as stoppedAtQuestion } from "../terminal/consent.js";
import type { Output } from "../terminal/output.js";
import { type InputLine, standardInputLines } from "../terminal/standardInput.js";
import { ChatChanges } from "./chatChanges.js";
import { linesOf } from "./plainLine.js";
import { isSlashCommand, runSlashCommand } from "./runSlashCommand.js";
import type { SlashHost } from "./slashCommand.js";

/** How the lines of a chat are read. */
export interface PlainChatOptions {
  /** How many earlier lines of the room are printed. */
  readonly history: number;
  /** Goes on after the input has ended. */
  readonly isFollowing: boolean;
  /** A person types the lines: slash commands work, and their questions are answered by the next line. */
  readonly isPerson: boolean;
  /** Slash commands are carried out, as far as a program may. */
  readonly takesCommands: boolean;
}

/**
 * The chat as lines: each line of standard input is a message; what happens is printed. Ends when the input has ended and
 * everything is sent, or with /quit or Ctrl-C.
 *
 * RULE: cli.pipe-is-text: a piped line is text, whatever it begins with: somebody who can write a line into a log cannot run a
 * command in the room of its reader (attack A155).
 * @returns the exit code: that of the first line that was not sent or carried out.
 */
export async function plainChat(
  room: RoomSession,
  proofOf: ProofOf,
  output: Output,
  options: PlainChatOptions,
): Promise<ExitCode> {
  const style = { labelOf: labelsOf(room), offerOf: offersIn(room), withDay: false };
  const texts = new Map<string, string>();
  const gaps = new Set<number>();
  const show = (item: TimelineItem) => {
    if (item.kind === "message") texts.set(toHex(item.message.id), messageText(item.message));
    // Own messages are told when they are in the room's log: once, to people and programs.
    if (item.kind === "message" && item.message.state === "pending") return;
    // A line that counts up is printed with its first number, and then for each power of ten.
    if (item.kind === "unreadable" && !/^10*$/u.test(String(item.count)) && gaps.has(item.n)) return;
    if (item.kind === "unreadable") gaps.add(item.n);
    output.event(itemDocument(room, item, proofOf), (paint) => linesOf(item, paint, style).join("\n"));
  };
  // For people a message that reads otherwise now is shown once more; what was printed cannot change.
  const showAmended = (message: TimelineMessage) => {
    const [id, text] = [toHex(message.id), messageText(message)];
    const isShown = texts.has(id) && texts.get(id) !== text;
    if (isShown) texts.set(id, text);
    if (output.json || isShown) {
      const document = { kind: "amended", message: messageDocument(message) };
      output.event(document, (paint) => linesOf({ kind: "message", message }, paint, style).join("\n"));
    }
  };
  const changes = output.json ? new ChatChanges(room, output) : null;
  let pausedBy: string | null = null;
  // Alarms are lines of the room; that the relay no longer has it is none.
  const tellPause = () => {
    const { paused } = room.status();
    const why = paused?.why === "relay" ? pauseSentence(paused) : null;
    if (why !== null && why !== pausedBy) output.note(why);
    pausedBy = why;
  };
  // What happens while the history is read comes after it.
  let meanwhile: TimelineItem[] | null = [];
  const stopWatching = room.watch((event) => {
    if (event.type === "amended") showAmended(event.message);
    else if (event.type !== "item") {
      changes?.tell();
      tellPause();
    } else if (meanwhile) meanwhile.push(event.item);
    else show(event.item);
  });
  warnOfUntrusted(output, [room]);
  const earlier = await newest(room, options.history);
  const shown = new Set(earlier.map(({ key }) => key));
  const late = meanwhile.filter(({ key }) => !shown.has(key));
  meanwhile = null;
  for (const item of earlier) show(item);
  changes?.historyEnds();
  for (const item of late) show(item);
  const stop = new AbortController();
  const stopped = new Promise<void>((resolve) => {
    stop.signal.addEventListener("abort", () => {
      resolve();
    });
  });
  const quit = () => {
    stop.abort();
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, quit);
  const lines = standardInputLines(stopped);
  const host: SlashHost = {
    isPerson: options.isPerson,
    proofOf,
    say: (text) => {
      output.note(text);
    },
    ask: async (question) => {
      output.note(`${question} Type yes or no:`);
      const { value } = await lines.next();
      if (stop.signal.aborted) throw stoppedAtQuestion();
      return typeof value === "string" && /^\s*y(es)?\s*$/iu.test(value);
    },
    toggleMembers: () => undefined,
    quit,
  };
  const mayGo = askOnce(room, (question) => host.ask(question));
  const takesCommands = options.isPerson || options.takesCommands;
  const carryOut = async (line: InputLine): Promise<void> => {
    if (typeof line !== "string") throw line;
    if (line.trim() === "") return;
    if (takesCommands && isSlashCommand(line)) await runSlashCommand(room, line, host);
    else {
      if (options.isPerson) await mayGo();
      await sendText(room, takesCommands && line.startsWith("//") ? line.slice(1) : line);
    }
  };
  let exit: ExitCode = EXIT.ok;
  try {
    for await (const line of lines) {
      try {
        await carryOut(line);
      } catch (error) {
        if (!(error instanceof CliError)) throw error;
        output.error(error);
        // "Wrong usage" would mean that nothing was tried, but other lines were.
        if (exit === EXIT.ok) exit = error.exit === EXIT.usage ? EXIT.refused : error.exit;
      }
      if (stop.signal.aborted) break;
    }
    if (options.isFollowing) await stopped;
    await flushed(room);
  } finally {
    stopWatching();
  }
  return exit;
}
