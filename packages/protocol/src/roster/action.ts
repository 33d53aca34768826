import { type Codec, decode, DecodeError, encode, opaque, Reader, struct, u16 } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { labelledHash } from "../encoding/digest.js";
import { ActionHash, type PersonId } from "../encoding/ids.js";
import type { JoinPlace } from "../invite/inviteProof.js";
import type { Evidence } from "./entryHeader.js";
import type { ActionRule } from "./actions/actionRule.js";
import { add } from "./actions/add.js";
import { addDevice } from "./actions/addDevice.js";
import { allow } from "./actions/allow.js";
import { charter } from "./actions/charter.js";
import { createInvite } from "./actions/createInvite.js";
import { disallow } from "./actions/disallow.js";
import { leave } from "./actions/leave.js";
import { openReturn } from "./actions/openReturn.js";
import { remove } from "./actions/remove.js";
import { removeDevice } from "./actions/removeDevice.js";
import { resetTime } from "./actions/resetTime.js";
import { reseat } from "./actions/reseat.js";
import { returning } from "./actions/return.js";
import { revokeInvite } from "./actions/revokeInvite.js";
import { seal } from "./actions/seal.js";
import { setMirrors } from "./actions/setMirrors.js";
import { setPolicy } from "./actions/setPolicy.js";
import { setRelay } from "./actions/setRelay.js";
import { setRole } from "./actions/setRole.js";
import { setTitle } from "./actions/setTitle.js";
import { tick } from "./actions/tick.js";
import { transferOwnership } from "./actions/transferOwnership.js";
import { upgrade } from "./actions/upgrade.js";

/** Every kind of action. To add one: its file in `actions/`, a line here, and what the screens say of it. */
const ACTIONS = {
  charter,
  add,
  remove,
  leave,
  setRole,
  setPolicy,
  addDevice,
  removeDevice,
  createInvite,
  revokeInvite,
  tick,
  seal,
  transferOwnership,
  setRelay,
  setMirrors,
  setTitle,
  return: returning,
  openReturn,
  resetTime,
  upgrade,
  reseat,
  allow,
  disallow,
};

/** The kinds of actions. */
export type ActionType = keyof typeof ACTIONS;
/** One membership decision (docs/protocol.md §4). One entry carries exactly one. */
export type Action = { [T in ActionType]: ActionOf<T> }[ActionType];
/** The action of one kind. */
export type ActionOf<T extends ActionType> = (typeof ACTIONS)[T] extends ActionRule<infer A> ? A : never;

/** Every kind of action, in the order of {@link ACTIONS}. */
export const ACTION_TYPES = Object.keys(ACTIONS) as readonly ActionType[];

const BY_NUMBER = new Map<number, ActionRule<Action>>(ACTION_TYPES.map((type) => [ACTIONS[type].number, rule(type)]));

/** The rule of an action's kind. */
export function ruleOf(action: Action): ActionRule<Action> {
  return rule(action.type);
}

// Each rule is only ever given actions of its own type: `ruleOf` and `actionLayout` look it up by that.
function rule(type: ActionType): ActionRule<Action> {
  return ACTIONS[type] as unknown as ActionRule<Action>;
}

/**
 * The place at which whoever an entry brings in, or back, may come by themselves; null for every other entry. By it alone one
 * sees, without the commit that carries it, that it was an external one.
 */
export function joinPlaceOf({
  action,
  evidence,
}: {
  readonly action: Action;
  readonly evidence: Pick<Evidence, "proof">;
}): JoinPlace | null {
  return evidence.proof && ruleOf(action).placeOf(evidence.proof);
}

const frame = struct({ number: u16, content: opaque(1 << 16) });

/** An action. One that does not exist in the reader's version is the fault `version`. */
export const actionLayout: Codec<Action> = {
  read: (reader) => {
    const { number, content } = frame.read(reader);
    const found = BY_NUMBER.get(number);
    if (found === undefined || found.since > reader.version) throw new DecodeError("version", "action");
    const decoded = decode(content, found.layout.read, reader.version);
    if (!decoded.ok) throw decoded.error;
    return decoded.value;
  },
  write: (writer, action) => {
    const { number, layout } = ruleOf(action);
    frame.write(writer, { number, content: encode(action, layout.write) });
  },
};

/** Reads of a charter, which may be of any version, in which version it founds a room. */
export function charterVersion(reader: Reader): number {
  const { number, content } = frame.read(reader);
  if (number !== ACTIONS.charter.number) throw new DecodeError("bad_value", "charter");
  return new Reader(content).u16();
}

/** The canonical bytes of an action. */
export function encodeAction(action: Action): Uint8Array {
  return encode(action, actionLayout.write);
}

/** The action in these bytes, or null when they hold none that exists in a room of this version. */
export function decodeAction(bytes: Uint8Array, version: number): Action | null {
  const decoded = decode(bytes, actionLayout.read, version);
  return decoded.ok ? decoded.value : null;
}

/**
 * What approvals name an action by. `author`: who is to carry it out, which is part of what is agreed to where the action is
 * about its author (`isAuthors`).
 *
 * RULE: approval.author: a yes to one owner's handing over, or sealing, is no yes to another's (attack A116).
 */
export function actionHash(crypto: Crypto, action: Action, author: PersonId): ActionHash {
  const parts = ruleOf(action).isAuthors(action) ? [encodeAction(action), author] : [encodeAction(action)];
  return ActionHash.of(labelledHash(crypto, "conclave/action/v1", ...parts));
}
