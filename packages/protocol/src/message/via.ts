import { bool, checked, decode, encode, fixed, list, struct, text, utf8Bytes, versioned } from "@conclave/codec";
import { isLabel } from "../identity/label.js";
import { MAX_BODY_BYTES } from "./payload.js";

/** Length of the id of an outside party: 8 random bytes that its gateway chose. */
export const PARTY_ID_BYTES = 8;
/** Longest name of an outside party, in bytes of UTF-8. */
export const MAX_PARTY_LABEL_BYTES = 64;
/** So many parties at most are told of in one notice. */
const MAX_PARTIES = 256;

/**
 * What an outside party (a build server, a sensor) says in a room, through the gateway of a member. The room takes the word
 * of that member for who it was: the party itself is nobody in the room (docs/protocol.md §9).
 */
export interface ViaMessage {
  readonly party: Uint8Array;
  /** How the gateway calls the party. A stranger's word: never shown as a member's name. */
  readonly label: string;
  /** UTF-8, not empty. */
  readonly text: string;
}

/** An outside party, as its gateway tells the room of it. */
export interface GatewayParty {
  readonly party: Uint8Array;
  readonly label: string;
  /** It gets what is written in the room, in the gateway's own encryption. */
  readonly hears: boolean;
}

/**
 * Whether an outside party may be called so: a name as people have it, of at most 64 bytes.
 *
 * RULE: message.via-label: a gateway's label can neither reorder nor hide the text around it (attacks A78, A133).
 */
export function isPartyLabel(label: string): boolean {
  return isLabel(label) && utf8Bytes(label).length <= MAX_PARTY_LABEL_BYTES;
}

const outside = { party: fixed(PARTY_ID_BYTES), label: checked(text(MAX_PARTY_LABEL_BYTES), isPartyLabel) };
const viaLayout = versioned(
  1,
  struct<ViaMessage>({ ...outside, text: checked(text(MAX_BODY_BYTES), (words) => words !== "") }),
);
const noticeLayout = versioned(1, list(struct<GatewayParty>({ ...outside, hears: bool }), MAX_PARTIES));

/** The body of a message of kind `via`. */
export function encodeVia(via: ViaMessage): Uint8Array {
  return encode(via, viaLayout.write);
}

/** What a body of kind `via` says, or null when it is none, or of a version that this app does not know. */
export function decodeVia(body: Uint8Array): ViaMessage | null {
  const decoded = decode(body, viaLayout.read);
  return decoded.ok ? decoded.value : null;
}

/** The body of a message of kind `gateway`: all parties that its author's gateway lets write here, and which of them hear. */
export function encodeGatewayNotice(parties: readonly GatewayParty[]): Uint8Array {
  return encode(parties, noticeLayout.write);
}

/** The parties that a body of kind `gateway` names, or null when it is none, or of a version that this app does not know. */
export function decodeGatewayNotice(body: Uint8Array): readonly GatewayParty[] | null {
  const decoded = decode(body, noticeLayout.read);
  return decoded.ok ? decoded.value : null;
}
