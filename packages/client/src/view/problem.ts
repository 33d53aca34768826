import type { LinkFault } from "../joining/givenLink.js";
import type { Rejection } from "@conclave/protocol";
import type { RelayError } from "@conclave/wire";

/** Why something was not done. A closed set. */
export type Problem =
  /** The room's rules, or the protocol, do not allow it. */
  | { readonly kind: "refused"; readonly rejection: Rejection }
  /** The relay does not do it. */
  | { readonly kind: "relay"; readonly error: RelayError; readonly retryAfter: number }
  /** No answer from the relay in time. What is durable here goes on by itself later. */
  | { readonly kind: "unreachable" }
  /** Other people's changes came first, again and again: the relay may be starving this device (attack A23). */
  | { readonly kind: "starved"; readonly losses: number }
  /** There is no such thing: a room, request, message or proposal that is not (any more) there. */
  | { readonly kind: "unknown" }
  /** The text is no name of a person or room, or no address of a relay. */
  | { readonly kind: "malformed"; readonly what: "title" | "name" | "relay" | "note" | "body" | "file" }
  /** The text gives no invite link. */
  | { readonly kind: "link"; readonly fault: LinkFault }
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
  /** The person ended it. */
  | { readonly kind: "cancelled" }
  /** The client was closed, or its storage failed. */
  | { readonly kind: "closed" };

/** A value, or why there is none. */
export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

export function done<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function failed(problem: Problem): { readonly ok: false; readonly problem: Problem } {
  return { ok: false, problem };
}
