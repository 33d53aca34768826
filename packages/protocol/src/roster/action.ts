import { DecodeError, type Reader, type Writer } from "@conclave/codec";
import { INVITE_CLASSES, oneOf, readPolicy, readRole, writePolicy, writeRole } from "./policy.js";
import type { InviteClass, Policy, Role } from "./policy.js";

const MAX_LEAF_CERT_BYTES = 768;

/** Where an open invite may be used: by the newcomer alone, or through somebody who admits them. */
export type InviteMode = "direct" | "ask";
const MODES: readonly InviteMode[] = ["direct", "ask"];

/** What a room knows about an invite: public keys and limits, never the secret. */
export interface InviteTerms {
  readonly inviteId: Uint8Array;
  readonly joinPub: Uint8Array;
  readonly slotPub: Uint8Array;
  readonly class: InviteClass;
  /** How often it may be used; 1 unless the class is `multi`. */
  readonly uses: number;
  /** The only person who may use it, for class `personal`. */
  readonly personPub: Uint8Array | null;
  readonly role: Role;
  /** Chain time in ms after which it is void. */
  readonly notAfter: number;
  readonly mode: InviteMode;
}

/** One membership decision (docs/protocol.md §4). `unknown` is an action of a later version: it pauses the room. */
export type Action =
  | { readonly type: "charter"; readonly policy: Policy; readonly leafCert: Uint8Array; readonly relayKey: Uint8Array; readonly nonce: Uint8Array } // prettier-ignore
  | { readonly type: "add"; readonly leafCert: Uint8Array; readonly role: Role }
  | { readonly type: "remove"; readonly person: Uint8Array; readonly ban: boolean }
  | { readonly type: "leave"; readonly statement: Uint8Array }
  | { readonly type: "setRole"; readonly person: Uint8Array; readonly role: Role }
  | { readonly type: "setPolicy"; readonly policy: Policy }
  | { readonly type: "addDevice"; readonly leafCert: Uint8Array }
  | { readonly type: "removeDevice"; readonly person: Uint8Array; readonly leafPub: Uint8Array }
  | { readonly type: "createInvite"; readonly terms: InviteTerms }
  | { readonly type: "revokeInvite"; readonly inviteId: Uint8Array }
  | { readonly type: "tick" | "seal" | "claimSuccession" | "completeSuccession" }
  | { readonly type: "transferOwnership"; readonly person: Uint8Array }
  | { readonly type: "vetoSuccession"; readonly statement: Uint8Array }
  | { readonly type: "setRelay"; readonly relayKey: Uint8Array }
  | { readonly type: "unknown"; readonly code: number };

const TYPES: readonly Exclude<Action["type"], "unknown">[] = [
  "charter", "add", "remove", "leave", "setRole", "setPolicy", "addDevice", "removeDevice", "createInvite",
  "revokeInvite", "tick", "seal", "transferOwnership", "claimSuccession", "vetoSuccession", "completeSuccession",
  "setRelay",
]; // prettier-ignore

/** The action as bytes: type, then its fields as one opaque vector, so that a later version's action can be skipped. */
export function writeAction(writer: Writer, action: Action, body: Uint8Array): void {
  if (action.type === "unknown") throw new RangeError("an unknown action cannot be written");
  writer.u8(TYPES.indexOf(action.type) + 1).opaque(body);
}

export function writeActionBody(writer: Writer, action: Action): void {
  switch (action.type) {
    case "charter":
      writePolicy(writer, action.policy);
      return void writer.opaque(action.leafCert).fixed(action.relayKey).fixed(action.nonce);
    case "add":
      return writeRole(writer.opaque(action.leafCert), action.role);
    case "remove":
      return void writer.fixed(action.person).bool(action.ban);
    case "leave":
    case "vetoSuccession":
      return void writer.opaque(action.statement);
    case "setRole":
      return writeRole(writer.fixed(action.person), action.role);
    case "setPolicy":
      return writePolicy(writer, action.policy);
    case "addDevice":
      return void writer.opaque(action.leafCert);
    case "removeDevice":
      return void writer.fixed(action.person).fixed(action.leafPub);
    case "createInvite":
      return writeTerms(writer, action.terms);
    case "revokeInvite":
      return void writer.fixed(action.inviteId);
    case "transferOwnership":
      return void writer.fixed(action.person);
    case "setRelay":
      return void writer.fixed(action.relayKey);
    default:
      return;
  }
}

/** Reads the fields of an action whose type byte was `code`. An unknown code gives the action `unknown`. */
export function readActionBody(code: number, reader: Reader): Action {
  const type = TYPES[code - 1];
  switch (type) {
    case undefined:
      if (code === 0) throw new DecodeError("bad_value", "action");
      reader.fixed(reader.remaining);
      return { type: "unknown", code };
    case "charter":
      return { type, policy: readPolicy(reader), leafCert: reader.opaque(MAX_LEAF_CERT_BYTES), relayKey: reader.fixed(32), nonce: reader.fixed(32) }; // prettier-ignore
    case "add":
      return { type, leafCert: reader.opaque(MAX_LEAF_CERT_BYTES), role: readRole(reader) };
    case "remove":
      return { type, person: reader.fixed(32), ban: reader.bool() };
    case "leave":
    case "vetoSuccession":
      return { type, statement: reader.opaque(512) };
    case "setRole":
      return { type, person: reader.fixed(32), role: readRole(reader) };
    case "setPolicy":
      return { type, policy: readPolicy(reader) };
    case "addDevice":
      return { type, leafCert: reader.opaque(MAX_LEAF_CERT_BYTES) };
    case "removeDevice":
      return { type, person: reader.fixed(32), leafPub: reader.fixed(32) };
    case "createInvite":
      return { type, terms: readTerms(reader) };
    case "revokeInvite":
      return { type, inviteId: reader.fixed(16) };
    case "transferOwnership":
      return { type, person: reader.fixed(32) };
    case "setRelay":
      return { type, relayKey: reader.fixed(32) };
    default:
      return { type };
  }
}

export function writeTerms(writer: Writer, terms: InviteTerms): void {
  writer.fixed(terms.inviteId).fixed(terms.joinPub).fixed(terms.slotPub).u8(INVITE_CLASSES.indexOf(terms.class));
  writer.u32(terms.uses).optional(terms.personPub, (inner, person) => inner.fixed(person));
  writeRole(writer, terms.role);
  writer.u53(terms.notAfter).u8(MODES.indexOf(terms.mode));
}

function readTerms(reader: Reader): InviteTerms {
  return {
    inviteId: reader.fixed(16),
    joinPub: reader.fixed(32),
    slotPub: reader.fixed(32),
    class: oneOf(INVITE_CLASSES, reader.u8(), "invite class"),
    uses: reader.u32(),
    personPub: reader.optional((inner) => inner.fixed(32)),
    role: readRole(reader),
    notAfter: reader.u53(),
    mode: oneOf(MODES, reader.u8(), "invite mode"),
  };
}
