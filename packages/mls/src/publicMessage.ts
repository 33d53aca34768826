import { type Reader, Writer } from "@conclave/codec";
import { constantTimeEqual } from "@conclave/crypto";
import type { CipherSuite } from "./cipherSuite.js";
import {
  type AuthData,
  type FramedContent,
  framedContentTbs,
  readAuthData,
  readFramedContent,
  writeAuthData,
  writeFramedContent,
} from "./framing.js";
import type { GroupContext } from "./groupContext.js";
import { MlsError } from "./mlsError.js";

/** A message that is signed and not encrypted (RFC 9420 §6.2). */
export interface PublicMessage {
  readonly content: FramedContent;
  readonly auth: AuthData;
  /** Only from members. */
  readonly membershipTag: Uint8Array | null;
}

export function writePublicMessage(writer: Writer, message: PublicMessage): Writer {
  writeAuthData(writeFramedContent(writer, message.content), message.auth);
  return message.membershipTag === null ? writer : writer.opaque(message.membershipTag);
}

export function readPublicMessage(reader: Reader): PublicMessage {
  const content = readFramedContent(reader);
  const auth = readAuthData(reader, content.content.type);
  return { content, auth, membershipTag: content.sender.type === "member" ? reader.opaque() : null };
}

/** Adds the membership tag that a member's public message needs. */
export function publicMessage(
  suite: CipherSuite,
  content: FramedContent,
  auth: AuthData,
  context: GroupContext,
  membershipKey: Uint8Array,
): PublicMessage {
  const membershipTag =
    content.sender.type === "member" ? suite.mac(membershipKey, tagged(content, auth, context)) : null;
  return { content, auth, membershipTag };
}

/** RULE: mls.membership-tag: a public message of a member carries a MAC that only members can make (RFC 9420 §6.2). */
export function verifyMembershipTag(
  suite: CipherSuite,
  { content, auth, membershipTag }: PublicMessage,
  context: GroupContext,
  membershipKey: Uint8Array,
): void {
  const expected = suite.mac(membershipKey, tagged(content, auth, context));
  if (membershipTag === null || !constantTimeEqual(membershipTag, expected)) {
    throw new MlsError("bad_membership_tag", `${content.content.type} message`);
  }
}

// AuthenticatedContentTBM: the signed bytes and the signature.
function tagged(content: FramedContent, auth: AuthData, context: GroupContext): Uint8Array {
  return writeAuthData(scratch.clear().fixed(framedContentTbs("public", content, context)), auth).peek();
}

const scratch = new Writer(4096);
