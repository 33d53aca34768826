import type { Decision, RoomSession, SessionEvent } from "@conclave/client";
import { isGone } from "@conclave/client/pure";
import { toHex } from "@conclave/codec";
import { CliError } from "../cliError.js";
import { type StewardDecisionDocument, stewardDecisionDocument } from "../documents/stewardDocument.js";
import { clockDoubtLine } from "../session/freshnessLine.js";
import { alarmSentence } from "../session/timelineView.js";
import { LINK, otherCommand } from "../terminal/nextCommand.js";
import { safeName, safeText } from "../terminal/safeText.js";

/** What is told of a room in which this home is a steward. */
export interface StewardWatcher {
  decided(decision: StewardDecisionDocument): void;
  alarm(code: string, text: string): void;
  note(text: string): void;
  /** The steward cannot go on. */
  failed(error: unknown): void;
}

const CARRIED_OUT: ReadonlySet<string> = new Set(["add", "leave", "tick"]);

/**
 * Follows a room, and tells what this home carries out in it, from the decision numbered `after` on. Returns how to stop.
 *
 * RULE: cli.steward-only: a program that nobody watches runs only where it has no say: in a home that is a person of the room it
 * stops (attack A122).
 */
export function watchRoom(room: RoomSession, watcher: StewardWatcher, after: number): () => void {
  let newest = after;
  let was = "";
  const tell = (decision: Decision): void => {
    if (decision.seq <= newest) return;
    newest = decision.seq;
    if (decision.by.isYou && CARRIED_OUT.has(decision.action.type))
      watcher.decided(stewardDecisionDocument(room, decision));
  };
  const look = (): void => {
    const { standing } = room.status();
    const now = sayStanding(room);
    if (now === was) return;
    was = now;
    if (standing === "restored") throw copied();
    const you = room.members().find(({ isYou }) => isYou);
    if (standing === "member" && you?.role !== "steward") throw notSteward(room);
    watcher.note(`${safeName(room.title)}: ${now}`);
  };
  const guarded = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      watcher.failed(error);
    }
  };
  const stop = room.watch((event: SessionEvent) => {
    guarded(() => {
      if (event.type === "alarm") watcher.alarm(event.alarm.code, safeText(alarmSentence(event.alarm)));
      if (event.type === "item" && event.item.kind === "decision") tell(event.item.decision);
      if (event.type === "changed" || event.type === "standing") look();
    });
  });
  guarded(() => {
    look();
    for (const decision of room.decisions()) tell(decision);
  });
  return stop;
}

/** The number of the newest decision of a room. */
export function newestDecision(room: RoomSession): number {
  return room.decisions().at(-1)?.seq ?? -1;
}

/** Whether a room is one that this home can still be a steward of. */
export function mayServe(room: RoomSession): boolean {
  return !isGone(room.status().standing);
}

function sayStanding(room: RoomSession): string {
  const { standing, connection } = room.status();
  if (standing === "asking") return "waiting to be let in";
  if (isGone(standing)) return "not a steward here any more";
  if (standing !== "member") return "joining";
  if (connection === "offline") return "the relay does not answer; trying again";
  return connection === "live" ? (sayDoubt(room) ?? "in step with the relay") : "connecting";
}

/** What a steward leaves undone while its clock is doubted; null where nobody doubts it. */
export function sayDoubt(room: RoomSession): string | null {
  const doubt = clockDoubtLine(room.status());
  if (doubt === null) return null;
  return `${doubt}. Until it is right, no link whose time is over is closed, and people who ask to join may have to wait`;
}

function copied(): CliError {
  return new CliError(
    "RESTORED",
    "This home is a copy, or was restored from a backup, so the steward has stopped.",
    "Run the steward in the home that is in use.",
  );
}

function notSteward(room: RoomSession): CliError {
  return new CliError(
    "NOT_STEWARD",
    `In ${safeName(room.title)} this home is not a steward: it has a say there.`,
    `Give the steward a home of its own:  ${otherCommand("join", LINK, "--steward", "--home", "DIR")}`,
  );
}

/** The room's id, as documents have it. */
export function idOf({ id }: RoomSession): string {
  return toHex(id);
}
