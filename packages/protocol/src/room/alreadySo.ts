import { equalBytes, toHex, type Failure } from "@conclave/codec";
import type { ActionHash } from "../encoding/ids.js";
import { policyHash } from "../policy/policy.js";
import type { Action } from "../roster/action.js";
import { refused, type Rejection } from "../policy/rejection.js";
import { areSameMirrors } from "../roster/mirror.js";
import { isSameRelay } from "../roster/relayIdentity.js";
import { memberOf } from "../roster/roster.js";
import { ROOM_VERSION } from "../roster/version.js";
import { changesList } from "../roster/listedKey.js";
import type { RoomParts } from "./parts.js";
import { proposalsOf } from "./proposals.js";

/**
 * Refuses an own action that would leave everything as it is; null for one that changes something. `detail` says what is so.
 *
 * RULE: room.nothing-for-nothing: an author signs, and asks others for, only what changes something: else people are told of a
 * success that there was not. What others have signed is judged by the roster's rules alone (docs/protocol.md §4).
 */
export function alreadySo({ primitives, roster, core }: RoomParts, action: Action): Failure<Rejection> | null {
  switch (action.type) {
    case "setPolicy":
      return so("policy", equalBytes(policyHash(primitives.crypto, action.policy), roster.policyHash));
    case "setTitle":
      return so("title", action.title === roster.title);
    case "setRole":
      return so("role", memberOf(roster, action.person)?.role === action.role);
    case "transferOwnership":
      return so("role", memberOf(roster, action.person)?.role === "owner");
    case "remove":
      return so("ban", action.ban && roster.former.get(toHex(action.person))?.banned === true);
    case "upgrade":
      return so("version", action.version <= roster.version) ?? unknownHere(action);
    case "setMirrors":
      return so("mirrors", areSameMirrors(action.mirrors, roster.mirrors));
    case "setRelay":
      return so("relay", isSameRelay(action.relay, roster.relay));
    case "allow":
      return so(
        "listed",
        action.keys.every(({ key }) => !changesList(roster, key, core.person)),
      );
    case "disallow":
    case "charter":
    case "add":
    case "leave":
    case "return":
    case "reseat":
    case "addDevice":
    case "removeDevice":
    case "createInvite":
    case "openReturn":
    case "revokeInvite":
    case "seal":
    case "resetTime":
    case "tick":
      return null;
  }
}

/**
 * Refuses to move a room to a version that this app does not know.
 *
 * RULE: room.upgrade-known: nobody moves a room, or agrees to move it, to rules that their own app cannot follow.
 */
export function unknownHere(action: Action): Failure<Rejection> | null {
  if (action.type !== "upgrade" || action.version <= ROOM_VERSION) return null;
  return refused("update_needed", "version");
}

/** The same for our yes to a proposal: it is not given again while it counts. */
export function approvedAlready(parts: RoomParts, hash: ActionHash): Failure<Rejection> | null {
  const proposal = proposalsOf(parts).find(({ actionHash }) => equalBytes(actionHash, hash));
  return so("approval", proposal?.yes.some((person) => equalBytes(person, parts.core.person)) === true);
}

/** The same for our no. */
export function declinedAlready({ proposals, core }: RoomParts, hash: ActionHash): Failure<Rejection> | null {
  const proposal = proposals.find(hash);
  return so("decline", proposal?.declinedBy.some((person) => equalBytes(person, core.person)) === true);
}

function so(what: string, isSo: boolean): Failure<Rejection> | null {
  return isSo ? refused("already_so", what) : null;
}
