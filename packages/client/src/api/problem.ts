import type { LinkFault } from "../link/givenLink.js";
import type { Rejection } from "@conclave/protocol";
import type { RelayError } from "@conclave/wire";
import type { NamedPerson } from "./person.js";

/** Somebody whose changes came before this device's. */
export interface Rival {
  readonly person: NamedPerson;
  /** How often. */
  readonly count: number;
  /** Whether this person may remove them, alone or together with others. */
  readonly canRemove: boolean;
}

/** Why something was not done. A closed set. */
export type Problem =
  /** The room's rules, or the protocol, do not allow it. */
  | { readonly kind: "refused"; readonly rejection: Rejection }
  /** The relay refuses. */
  | { readonly kind: "relay"; readonly error: RelayError; readonly retryAfter: number }
  /** No answer from the relay in time. What is durable here goes on by itself later. */
  | { readonly kind: "unreachable" }
  /** The relay answers, and has not given all that it says it has: nothing is sent before it does. */
  | { readonly kind: "behind" }
  /** It is stored, and was given to the relay, which has not said yet what became of it. It goes on by itself. */
  | { readonly kind: "underway" }
  /** This device's clock is this many ms ahead of the others', or behind them (below zero): see `Client.trustClock`. */
  | { readonly kind: "clock"; readonly ahead: number }
  /** This device is a copy, or was restored from one: it never sends again (attack A64). */
  | { readonly kind: "restored" }
  /** This device cannot follow the room, and is on its way back with a member's help. What is stored goes on by itself then. */
  | { readonly kind: "coming_back" }
  /**
   * Other people's changes came first, again and again: the relay may be starving this device (attack A23), or `by` whom most of
   * them are.
   */
  | { readonly kind: "starved"; readonly losses: number; readonly by?: readonly Rival[] }
  /** There is no such thing: a room, request, message or proposal that is not (any more) there. */
  | { readonly kind: "unknown" }
  /** The text is no name of a person or room, or no address of a relay. */
  | { readonly kind: "malformed"; readonly what: "title" | "name" | "relay" | "note" | "welcome" | "body" | "file" }
  /** There is no invite link in the text. */
  | { readonly kind: "link"; readonly fault: LinkFault }
  /** The person has said farewell: nothing more is sent from here, unless they stay after all. */
  | { readonly kind: "leaving" }
  /** This device is not in the room (any more), or not yet. */
  | { readonly kind: "not_member" }
  /** This home is in the room already, or on its way into it. */
  | { readonly kind: "already_here" }
  /** What the relay gave is not what the author sent: nothing of it may be shown (attack A74). */
  | { readonly kind: "corrupted" }
  /** The file is larger than the caller takes. */
  | { readonly kind: "too_large" }
  /** The file to be sent could not be read, or changed meanwhile. */
  | { readonly kind: "source" }
  /** The person cancelled it. */
  | { readonly kind: "cancelled" }
  /** The client was closed, or its storage had failed before: nothing was tried. */
  | { readonly kind: "closed" }
  /** The storage failed while it was being kept: whether it was is known only when the home is opened again. */
  | { readonly kind: "unsure" };

/**
 * What became of a message, once it was stored, when there is this problem. `kept`: it goes out by itself when the problem is
 * over. `dropped`: it was not sent, and never will be. `unknown`: nobody can say; a person who sends it again may say it twice.
 */
export type Fate = "kept" | "dropped" | "unknown";

const FATES: Readonly<Record<Problem["kind"], Fate>> = {
  ...{ unreachable: "kept", behind: "kept", underway: "kept", relay: "kept", refused: "kept" },
  ...{ starved: "kept", closed: "unknown", unsure: "unknown", restored: "dropped", not_member: "dropped" },
  ...{ unknown: "dropped", malformed: "dropped", link: "dropped", already_here: "dropped", corrupted: "dropped" },
  ...{ leaving: "dropped", clock: "kept", too_large: "dropped", source: "dropped", cancelled: "dropped" },
  coming_back: "kept",
};

/** What became of a stored message. What a person is told about it follows from this, and not from what was hoped for. */
export function fateOf(problem: Problem): Fate {
  return FATES[problem.kind];
}

/**
 * What became of a decision that was asked for, or of new keys. Only a stored commit goes on by itself: what was given up
 * before that is not done. A device that kept losing may have one that is still on its way.
 */
export function fateOfDecision({ kind }: Problem): Fate {
  if (kind === "underway") return "kept";
  return kind === "starved" || kind === "closed" || kind === "unsure" ? "unknown" : "dropped";
}
