import { equalBytes } from "@conclave/codec";
import { NO_DELTA } from "../encoding/delta.js";
import type { PersonId } from "../encoding/ids.js";
import type { Delta } from "../encoding/provider.js";
import { actionHash } from "../roster/action.js";
import { readApproval } from "../roster/approval.js";
import type { CommitRequest } from "./authorCommit.js";
import type { PendingCommit } from "./outcome.js";
import { encodePending, type Pending, PENDING, type RoomParts, withdrawnKey } from "./parts.js";

/** How many own commits of one epoch may have been given up before no other one is made. */
export const MOST_WITHDRAWN = 8;

/**
 * The own commit that a record of the log is, also one that was given up: everybody else judges it by its epoch alone.
 *
 * RULE: room.own-commit: what the relay was given it may bring into the log while the epoch lasts, whatever it answered;
 * the keys of it are kept so long, or its author alone would stay behind (attack A103).
 */
export function ownCommit({ pending, withdrawn }: RoomParts, recordHash: Uint8Array): Pending | null {
  const own = pending === null ? withdrawn : [pending, ...withdrawn];
  return own.find((each) => equalBytes(each.recordHash, recordHash)) ?? null;
}

/** The pending commit as it is to be sent after the newest commit record. Its record is the same. */
export function renewPending(parts: RoomParts): PendingCommit | null {
  return parts.pending === null ? null : makePending(parts, parts.pending, []);
}

/**
 * Whether others have taken back what an own commit rests on: their farewell, or a yes.
 *
 * RULE: room.taken-back-unsent: what somebody has asked for or agreed to is carried out only while they want it, also by a commit that
 * was made before they took it back and has not reached the log since (docs/protocol.md §4, attacks A150, A151).
 */
export function isTakenBack({ proposals, primitives, core }: RoomParts, { judgement }: Pending): boolean {
  const entry = judgement.transition?.entry;
  if (!entry) return false;
  const { action, evidence } = entry;
  if (action.type === "leave" && proposals.farewells.of(action.person) === null) return true;
  const given = proposals.find(actionHash(primitives.crypto, action, core.person))?.approvals ?? [];
  const isGiven = (person: PersonId) => given.some((each) => equalBytes(readApproval(each)!.content.person, person));
  return !evidence.approvals.every((each) => isGiven(readApproval(each)!.content.person));
}

/** Gives the pending commit up, and keeps what it takes to follow it. */
export function withdrawPending(parts: RoomParts): Delta {
  const { pending, withdrawn } = parts;
  if (pending === null) return NO_DELTA;
  parts.pending = null;
  parts.withdrawn = [...withdrawn, pending];
  parts.core = { ...parts.core, losses: parts.core.losses + 1 };
  return { put: [[withdrawnKey(pending), encodePending(pending)]], delete: [PENDING] };
}

/** The commit of this epoch that was made for the same and given up, as the pending one again; null when there is none. */
export function reviveCommit(parts: RoomParts, what: CommitRequest): PendingCommit | null {
  const { crypto } = parts.primitives;
  const { person } = parts.core;
  const hash = what.type === "rekey" ? null : actionHash(crypto, what, person);
  const isSame = ({ judgement }: Pending): boolean => {
    const action = judgement.transition?.entry.action ?? null;
    return action === null || hash === null ? action === hash : equalBytes(actionHash(crypto, action, person), hash);
  };
  const same = parts.withdrawn.find((each) => isSame(each) && !isTakenBack(parts, each));
  if (same === undefined) return null;
  parts.withdrawn = parts.withdrawn.filter((each) => each !== same);
  return makePending(parts, same, [withdrawnKey(same)]);
}

function makePending(parts: RoomParts, before: Pending, gone: readonly string[]): PendingCommit {
  const { core, primitives } = parts;
  const append = { ...before.append, lastCommit: core.lastCommit, appendId: primitives.random(16) };
  parts.pending = { ...before, append };
  return { append, delta: { put: [[PENDING, encodePending(parts.pending)]], delete: gone } };
}
