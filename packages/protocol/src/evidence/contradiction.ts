import { equalBytes, fromBase64url, toBase64url } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import {
  commitReceiptBytes,
  decodeCommitReceipt,
  decodeHeadReceipt,
  encodeCommitReceipt,
  encodeHeadReceipt,
  headReceiptBytes,
  type CommitReceipt,
  type HeadReceipt,
  type Signed,
} from "@conclave/wire";
import { endOf, type LogPath, MAX_PATH_TEXT_BYTES, pathFrom, pathToJson } from "./logPath.js";

/** A receipt of the relay, of either kind. */
export type Receipt =
  | { readonly kind: "commit"; readonly signed: Signed<CommitReceipt> }
  | { readonly kind: "head"; readonly signed: Signed<HeadReceipt> };

/**
 * How two receipts for one room contradict each other. `equivocation`: two commits or heads at one position, or a head that
 * goes back to another one at an earlier receipt's position, which a {@link LogPath} shows. `rollback`: a
 * later receipt of a shorter log. `retraction`: a later receipt by which less was deleted than by an earlier one. Each time the relay's own signatures say so. (Two commits of one epoch at different
 * positions are no contradiction: members append over a commit that none of them can follow.)
 */
export type Contradiction = "equivocation" | "rollback" | "retraction";

/** Two contradicting receipts and the relay key they were signed with: needs nobody's word to be checked. */
export interface Proof {
  readonly relayKey: Uint8Array;
  readonly first: Receipt;
  readonly second: Receipt;
  /** From the first one's position to the second's, where the two do not contradict each other by themselves. */
  readonly path?: LogPath;
}

/** What two receipts prove against the relay, or null. Verifies no signature: see {@link verifyProof}. */
export function contradiction(first: Receipt, second: Receipt): Contradiction | null {
  const [a, b] = [first.signed.receipt, second.signed.receipt];
  if (!equalBytes(a.roomTag, b.roomTag)) return null;
  // RULE: evidence.equivocation: one position of the log has one head (attack A21).
  if (a.n === b.n && !equalBytes(a.head, b.head)) return "equivocation";
  if (first.kind === "commit" && second.kind === "commit" && a.n === b.n) {
    const [x, y] = [first.signed.receipt, second.signed.receipt];
    if (x.epoch !== y.epoch || !equalBytes(x.recordHash, y.recordHash)) return "equivocation";
  }
  // RULE: evidence.rollback: the log only grows, so a head given later is not of a shorter log (attack A17). A commit's
  // receipt keeps the time of its commit and may be fetched late, so only the other one has to be a head.
  const [earlier, later] = a.time <= b.time ? [first, second] : [second, first];
  if (later.kind !== "head" || a.time === b.time) return null;
  if (earlier.signed.receipt.n > later.signed.receipt.n) return "rollback";
  // RULE: evidence.retraction: what is deleted stays deleted. A relay that tells one member that messages are gone, and shows them
  // to another afterwards, has signed both (attack A110).
  const deletedBefore = earlier.kind === "head" ? earlier.signed.receipt.availableFrom : 0;
  return deletedBefore > later.signed.receipt.availableFrom ? "retraction" : null;
}

/** What a proof proves, after its two signatures were verified with its relay key; null when it proves nothing. */
export function verifyProof(crypto: Crypto, proof: Proof): Contradiction | null {
  // RULE: evidence.signed: only the relay's own signatures are evidence against it.
  if (!isSignedByRelay(crypto, proof.relayKey, proof.first) || !isSignedByRelay(crypto, proof.relayKey, proof.second))
    return null;
  return contradiction(proof.first, proof.second) ?? (isFork(crypto, proof) ? "equivocation" : null);
}

function isFork(crypto: Crypto, { first, second, path }: Proof): boolean {
  const [a, b] = [first.signed.receipt, second.signed.receipt];
  if (path === undefined || !equalBytes(a.roomTag, b.roomTag)) return false;
  // RULE: evidence.path: a head is the hash of all that is before it, so who signs it signs one head for each earlier
  // position: exactly as many records lead from there to it (attack A22).
  if (path.records.length !== b.n - a.n || equalBytes(path.head, a.head)) return false;
  return equalBytes(endOf(crypto, path), b.head);
}

/** The proof as a JSON text, for a file: `conclave verify-proof FILE` checks it offline. */
export function proofToJson(proof: Proof): string {
  const receipt = ({ kind, signed }: Receipt) => ({
    kind,
    receipt: toBase64url(kind === "commit" ? encodeCommitReceipt(signed) : encodeHeadReceipt(signed)),
  });
  const document = {
    format: FORMAT,
    relayKey: toBase64url(proof.relayKey),
    receipts: [proof.first, proof.second].map(receipt),
    ...(proof.path === undefined ? {} : { path: pathToJson(proof.path) }),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** A proof from its JSON text; null when it is none. Verifies nothing. */
export function proofFromJson(text: string): Proof | null {
  const document = text.length > MAX_TEXT ? null : parseJson(text);
  if (document?.["format"] !== FORMAT || typeof document["relayKey"] !== "string") return null;
  const relayKey = fromBase64url(document["relayKey"]);
  const receipts = document["receipts"];
  if (relayKey?.length !== 32 || !Array.isArray(receipts) || receipts.length !== 2) return null;
  const [first, second] = receipts.map((each) => receiptFrom(each as Fields));
  if (!first || !second) return null;
  if (!("path" in document)) return { relayKey, first, second };
  const path = pathFrom(document["path"]);
  return path && { relayKey, first, second, path };
}

const FORMAT = "conclave/proof/v1";
const MAX_TEXT = 8192 + MAX_PATH_TEXT_BYTES;

function isSignedByRelay(crypto: Crypto, relayKey: Uint8Array, receipt: Receipt): boolean {
  const bytes =
    receipt.kind === "commit" ? commitReceiptBytes(receipt.signed.receipt) : headReceiptBytes(receipt.signed.receipt);
  return crypto.ed25519Verify(relayKey, bytes, receipt.signed.signature);
}

function receiptFrom(value: Fields): Receipt | null {
  if (typeof value?.["receipt"] !== "string") return null;
  const bytes = fromBase64url(value["receipt"]);
  if (bytes === null) return null;
  if (value["kind"] === "commit") {
    const decoded = decodeCommitReceipt(bytes);
    return decoded.ok ? { kind: "commit", signed: decoded.value } : null;
  }
  const decoded = value["kind"] === "head" ? decodeHeadReceipt(bytes) : null;
  return decoded?.ok === true ? { kind: "head", signed: decoded.value } : null;
}

/** What JSON says, whatever it is: what is no object has none of the fields. */
type Fields = { readonly [field: string]: unknown } | null | undefined;

function parseJson(text: string): Fields {
  try {
    return JSON.parse(text) as Fields;
  } catch {
    return null;
  }
}
