import { equalBytes, done, type Result } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import type { RoomId } from "../encoding/ids.js";
import type { Delta } from "../encoding/provider.js";
import { joinPlaceOf } from "./action.js";
import { ahead } from "./ahead.js";
import { readChain } from "./chain.js";
import type { Entry } from "./entry.js";
import { type Carriage, type AllowedEntry, evaluateOn, type Transition } from "./evaluate.js";
import { refused, type Rejection, updateNeeded } from "../policy/rejection.js";
import type { Roster } from "./roster.js";
import { RosterDraft } from "./rosterDraft.js";

/** A whole chain, every entry of which was allowed. */
export interface Replayed {
  readonly roster: Roster;
  /** All records of the roster. */
  readonly delta: Delta;
  /** One for each entry, the charter's first. */
  readonly transitions: readonly AllowedEntry[];
}

/**
 * Judges a whole chain, for those who join: the charter first, then every entry in order (docs/protocol.md §5, Joining).
 * The commits that carried them are not at hand: epochs have to rise, and the last roster is held against the tree.
 *
 * @param entries signed entries as bytes, the charter first
 * @param roomId the room that was asked for: the hash of its charter
 */
export function replay(crypto: Crypto, entries: readonly Uint8Array[], roomId: RoomId): Result<Replayed, Rejection> {
  const chain = readChain(crypto, entries, roomId);
  return chain.ok ? replayEntries(crypto, chain.value, roomId) : chain;
}

/** As {@link replay}, of a chain that was read. */
export function replayEntries(crypto: Crypto, entries: readonly Entry[], roomId: RoomId): Result<Replayed, Rejection> {
  const transitions: AllowedEntry[] = [];
  const records = new Map<string, Uint8Array>();
  let before: Roster | null = null;
  let epoch = -1;
  for (const entry of entries) {
    // RULE: replay.room-id: a room is its charter's hash, so no other room passes for it (attacks A13, A15).
    if (before === null && !equalBytes(entry.hash, roomId)) return refused("wrong_room");
    // RULE: replay.epochs: each commit has an epoch of its own, later than those before (attack A16).
    if (entry.epoch <= epoch) return refused("wrong_epoch");
    const judged: Result<Transition, Rejection> = evaluateOn(crypto, before, entry, carriageOf(entry), usingUp);
    if (!judged.ok) return judged;
    // The founding makes epoch 0, in which the first commit is made too.
    epoch = before === null ? -1 : entry.epoch;
    const { roster, delta, ...decision } = judged.value;
    // RULE: replay.upgrade: who is too old for the room learns it from a valid upgrade and its author, and from nothing else (A104).
    const upgraded = ahead(roster, entry);
    if (upgraded !== null) return updateNeeded(upgraded);
    before = roster;
    transitions.push(decision);
    for (const [key, value] of delta.put) records.set(key, value);
    for (const key of delta.delete) records.delete(key);
  }
  if (before === null) return refused("malformed", "no entries");
  return done({ roster: before, delta: { put: [...records], delete: [] }, transitions });
}

// The rosters on the way are nobody else's.
const usingUp = (roster: Roster) => RosterDraft.usingUp(roster);

/** Where an entry stands whose commit is not at hand, as it says itself. */
export function carriageOf({ epoch, transcript, author, action, evidence }: Entry): Carriage {
  // A proof for one place in the chain is of somebody who came by themselves (`invite.place`, `reseat.place`).
  return { epoch, transcript, committer: author.leaf, external: joinPlaceOf({ action, evidence }) !== null };
}
