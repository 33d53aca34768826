import { decode, DecodeError, encode, type Reader, Writer } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { labelledHash } from "../encoding/digest.js";
import { KEY_BYTES } from "../encoding/signed.js";
import { MAX_LABEL } from "../identity/label.js";
import { INVITE_ID_BYTES, type InviteTerms, readInviteTerms, writeInviteTerms } from "../invite/invite.js";
import { type Policy, readPolicy, writePolicy } from "../policy/policy.js";
import { readRole, type Role, writeRole } from "../policy/role.js";

/** Where a room's relay is, and the Ed25519 key that signs its receipts. */
export interface RelayIdentity {
  readonly publicKey: Uint8Array;
  /** For example `wss://chat.example.org`. */
  readonly address: string;
}

/** One membership decision (docs/protocol.md §4). One entry carries exactly one. */
export type Action =
  /** The founding: entry 0, and only there. */
  | {
      readonly type: "charter";
      readonly title: string;
      readonly policy: Policy;
      readonly relay: RelayIdentity;
      /** The founder's leaf, certified for the room id of zeros. */
      readonly leafCert: Uint8Array;
      readonly nonce: Uint8Array;
    }
  /** A person comes in, with one device. By an invite when the entry has an invite proof. */
  | { readonly type: "add"; readonly leafCert: Uint8Array; readonly role: Role }
  /** A person is removed, with all devices; the invites they made or came by are revoked. */
  | { readonly type: "remove"; readonly person: Uint8Array; readonly ban: boolean }
  /** A person goes; the entry's evidence holds their signed farewell. Anyone may carry it out. */
  | { readonly type: "leave"; readonly person: Uint8Array }
  | { readonly type: "setRole"; readonly person: Uint8Array; readonly role: Role }
  | { readonly type: "setPolicy"; readonly policy: Policy }
  | { readonly type: "setTitle"; readonly title: string }
  /** Another device of the author's person. */
  | { readonly type: "addDevice"; readonly leafCert: Uint8Array }
  | { readonly type: "removeDevice"; readonly person: Uint8Array; readonly leaf: Uint8Array }
  /**
   * A member who lost the device with `leaf` comes back by their recovery words, with a new one: an external commit.
   * `isLast`: the invite ends with it, as whoever has that device may have the words' seed.
   */
  | { readonly type: "return"; readonly leafCert: Uint8Array; readonly leaf: Uint8Array; readonly isLast: boolean }
  | { readonly type: "createInvite"; readonly invite: InviteTerms }
  | { readonly type: "revokeInvite"; readonly inviteId: Uint8Array }
  /** Nothing but the time: what lets invites expire. */
  | { readonly type: "tick" }
  /** The people are as they are, for ever. */
  | { readonly type: "seal" }
  /** The author, an owner, makes somebody else owner and becomes admin. */
  | { readonly type: "transferOwnership"; readonly person: Uint8Array }
  | { readonly type: "setRelay"; readonly relay: RelayIdentity };

/** The kinds of actions. */
export type ActionType = Action["type"];

// Numbers are part of signed bytes: never change one. 100 to 102 are kept for succession (claim, veto, complete).
const NUMBER: Record<ActionType, number> = {
  charter: 1,
  add: 2,
  remove: 3,
  leave: 4,
  setRole: 5,
  setPolicy: 6,
  addDevice: 7,
  removeDevice: 8,
  createInvite: 9,
  revokeInvite: 10,
  tick: 11,
  seal: 12,
  transferOwnership: 13,
  setRelay: 14,
  setTitle: 15,
  return: 16,
};
/** `createInvite` of an invite to return. */
const RETURN_INVITE = 17;
const TYPE = new Map([
  ...(Object.keys(NUMBER) as ActionType[]).map((type) => [NUMBER[type], type] as const),
  [RETURN_INVITE, "createInvite"] as const,
]);
const MAX_CERT = 1024;
const MAX_ADDRESS = 512;

/** `u16 type, opaque content<V>`: an unknown type can still be read past. */
export function writeAction(writer: Writer, action: Action): void {
  const content = new Writer(256);
  writeContent(content, action);
  writer.u16(numberOf(action)).opaque(content.finish());
}

/**
 * RULE: action.return-invite: an invite to return has a number of its own: an app that does not know such invites waits for a
 * newer one there, and does not refuse what the others take (docs/protocol.md §4, Entries).
 */
function numberOf(action: Action): number {
  return action.type === "createInvite" && action.invite.mode === "return" ? RETURN_INVITE : NUMBER[action.type];
}

/** The action, or null when its type is one this version does not know. @throws DecodeError */
export function readAction(reader: Reader): Action | null {
  const number = reader.u16("action");
  const type = TYPE.get(number);
  const content = reader.opaque(1 << 16, "action");
  if (type === undefined) return null;
  const decoded = decode(content, (r) => readContent(r, type));
  if (!decoded.ok) throw decoded.error;
  if (numberOf(decoded.value) !== number) throw new DecodeError("bad_value", "invite mode");
  return decoded.value;
}

/** The canonical bytes of an action. */
export function encodeAction(action: Action): Uint8Array {
  return encode(action, writeAction);
}

/** The action in these bytes, or null when they hold none that this version knows. */
export function decodeAction(bytes: Uint8Array): Action | null {
  const decoded = decode(bytes, readAction);
  return decoded.ok ? decoded.value : null;
}

/** What approvals name an action by. */
export function actionHash(crypto: Crypto, action: Action): Uint8Array {
  return labelledHash(crypto, "conclave/action/v1", encodeAction(action));
}

export function writeRelay(writer: Writer, relay: RelayIdentity): void {
  writer.fixed(relay.publicKey).text(relay.address);
}

export function readRelay(reader: Reader): RelayIdentity {
  return { publicKey: reader.fixed(KEY_BYTES, "relay key"), address: reader.text(MAX_ADDRESS, "relay address") };
}

// Scheme, host (name, IPv4, or IPv6 in brackets), port, path. Written out: how much an engine's URL parser takes differs.
const ADDRESS = /^wss?:\/\/([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?(\/[a-zA-Z0-9._~/-]*)?$/u;

/**
 * Whether a text may be a relay's address: `wss://` or `ws://`, host, and if need be port and path, in ASCII.
 *
 * RULE: relay.address: the address that a room names is one that every member's app can dial, and show (attack A78).
 */
export function isRelayAddress(address: string): boolean {
  return address.length <= MAX_ADDRESS && ADDRESS.test(address);
}

function writeContent(w: Writer, action: Action): void {
  switch (action.type) {
    case "charter":
      w.text(action.title);
      writePolicy(w, action.policy);
      writeRelay(w, action.relay);
      w.opaque(action.leafCert).fixed(action.nonce);
      return;
    case "add":
      w.opaque(action.leafCert);
      writeRole(w, action.role);
      return;
    case "remove":
      w.fixed(action.person).bool(action.ban);
      return;
    case "leave":
    case "transferOwnership":
      w.fixed(action.person);
      return;
    case "setRole":
      w.fixed(action.person);
      writeRole(w, action.role);
      return;
    case "setPolicy":
      writePolicy(w, action.policy);
      return;
    case "setTitle":
      w.text(action.title);
      return;
    case "addDevice":
      w.opaque(action.leafCert);
      return;
    case "removeDevice":
      w.fixed(action.person).fixed(action.leaf);
      return;
    case "return":
      w.opaque(action.leafCert).fixed(action.leaf).bool(action.isLast);
      return;
    case "createInvite":
      writeInviteTerms(w, action.invite);
      return;
    case "revokeInvite":
      w.fixed(action.inviteId);
      return;
    case "setRelay":
      writeRelay(w, action.relay);
      return;
    case "tick":
    case "seal":
      return;
  }
}

function readContent(r: Reader, type: ActionType): Action {
  switch (type) {
    case "charter":
      return {
        type,
        title: r.text(MAX_LABEL),
        policy: readPolicy(r),
        relay: readRelay(r),
        leafCert: r.opaque(MAX_CERT),
        nonce: r.fixed(32),
      };
    case "add":
      return { type, leafCert: r.opaque(MAX_CERT), role: readRole(r) };
    case "remove":
      return { type, person: r.fixed(KEY_BYTES), ban: r.bool() };
    case "leave":
    case "transferOwnership":
      return { type, person: r.fixed(KEY_BYTES) };
    case "setRole":
      return { type, person: r.fixed(KEY_BYTES), role: readRole(r) };
    case "setPolicy":
      return { type, policy: readPolicy(r) };
    case "setTitle":
      return { type, title: r.text(MAX_LABEL) };
    case "addDevice":
      return { type, leafCert: r.opaque(MAX_CERT) };
    case "removeDevice":
      return { type, person: r.fixed(KEY_BYTES), leaf: r.fixed(KEY_BYTES) };
    case "return":
      return { type, leafCert: r.opaque(MAX_CERT), leaf: r.fixed(KEY_BYTES), isLast: r.bool() };
    case "createInvite":
      return { type, invite: readInviteTerms(r) };
    case "revokeInvite":
      return { type, inviteId: r.fixed(INVITE_ID_BYTES) };
    case "setRelay":
      return { type, relay: readRelay(r) };
    case "tick":
    case "seal":
      return { type };
    default:
      throw new DecodeError("bad_value", "action");
  }
}
