import { Writer } from "@conclave/codec";
import type { CipherSuite } from "./cipherSuite.js";
import { type AuthenticatedContent, WIRE_FORMAT, writeFramedContent } from "./framing.js";

/** confirmed_transcript_hash after a commit (RFC 9420 §8.2). */
export function confirmedTranscriptHash(
  suite: CipherSuite,
  interimBefore: Uint8Array,
  commit: AuthenticatedContent,
): Uint8Array {
  const input = writeFramedContent(new Writer(1024).u16(WIRE_FORMAT[commit.wireFormat]), commit.content);
  return suite.hash(interimBefore, input.opaque(commit.auth.signature).peek());
}

/** interim_transcript_hash after a commit. */
export function interimTranscriptHash(
  suite: CipherSuite,
  confirmed: Uint8Array,
  confirmationTag: Uint8Array,
): Uint8Array {
  return suite.hash(confirmed, new Writer(48).opaque(confirmationTag).peek());
}
