import { decode, type Reader, Writer } from "@conclave/codec";
import type { CipherSuite } from "./cipherSuite.js";
import { type Commit, readCommit, writeCommit } from "./commit.js";
import { encodeGroupContext, type GroupContext } from "./groupContext.js";
import { MlsError } from "./mlsError.js";
import { type Proposal, readProposal, writeProposal } from "./proposal.js";

export const MLS10 = 1;

/** Numbers of the wire formats (RFC 9420 §17.2). */
export const WIRE_FORMAT = { public: 1, private: 2, welcome: 3, groupInfo: 4, keyPackage: 5 } as const;
export type FramedWireFormat = "public" | "private";

/** Who sends (RFC 9420 §6). */
export type Sender =
  | { readonly type: "member"; readonly leafIndex: number }
  | { readonly type: "external"; readonly senderIndex: number }
  | { readonly type: "new_member_proposal" }
  | { readonly type: "new_member_commit" };

/** What is sent. */
export type Content =
  | { readonly type: "application"; readonly data: Uint8Array }
  | { readonly type: "proposal"; readonly proposal: Proposal }
  | { readonly type: "commit"; readonly commit: Commit };

export type ContentType = Content["type"];
export const CONTENT_TYPES = ["application", "proposal", "commit"] as const;

/** FramedContent (RFC 9420 §6). */
export interface FramedContent {
  readonly groupId: Uint8Array;
  readonly epoch: bigint;
  readonly sender: Sender;
  readonly authenticatedData: Uint8Array;
  readonly content: Content;
}

/** The signature over a content, and for a commit its confirmation tag. */
export interface AuthData {
  readonly signature: Uint8Array;
  readonly confirmationTag: Uint8Array | null;
}

/** AuthenticatedContent (RFC 9420 §6): what a message says, however it travels. */
export interface AuthenticatedContent {
  readonly wireFormat: FramedWireFormat;
  readonly content: FramedContent;
  readonly auth: AuthData;
}

// One writer for all: nothing that writes a content comes back here.
const scratch = new Writer(4096);

const SENDERS = ["member", "external", "new_member_proposal", "new_member_commit"] as const;

export function writeFramedContent(writer: Writer, content: FramedContent): Writer {
  writer
    .opaque(content.groupId)
    .u64(content.epoch)
    .u8(SENDERS.indexOf(content.sender.type) + 1);
  if (content.sender.type === "member") writer.u32(content.sender.leafIndex);
  if (content.sender.type === "external") writer.u32(content.sender.senderIndex);
  writer.opaque(content.authenticatedData).u8(contentTypeNumber(content.content.type));
  return writeContent(writer, content.content);
}

export function readFramedContent(reader: Reader): FramedContent {
  const groupId = reader.opaque();
  const epoch = reader.u64();
  const sender = readSender(reader);
  const authenticatedData = reader.opaque();
  return { groupId, epoch, sender, authenticatedData, content: readContent(reader, readContentType(reader)) };
}

export function writeContent(writer: Writer, content: Content): Writer {
  switch (content.type) {
    case "application":
      return writer.opaque(content.data);
    case "proposal":
      return writeProposal(writer, content.proposal);
    case "commit":
      return writeCommit(writer, content.commit);
  }
}

export function readContent(reader: Reader, type: ContentType): Content {
  switch (type) {
    case "application":
      return { type, data: reader.opaque() };
    case "proposal":
      return { type, proposal: readProposal(reader) };
    case "commit":
      return { type, commit: readCommit(reader) };
  }
}

export function readContentType(reader: Reader): ContentType {
  const type = CONTENT_TYPES[reader.u8() - 1];
  if (type === undefined) throw new MlsError("malformed", "content type");
  return type;
}

export const contentTypeNumber = (type: ContentType): number => CONTENT_TYPES.indexOf(type) + 1;

export function writeAuthData(writer: Writer, auth: AuthData): Writer {
  writer.opaque(auth.signature);
  return auth.confirmationTag === null ? writer : writer.opaque(auth.confirmationTag);
}

export function readAuthData(reader: Reader, type: ContentType): AuthData {
  return { signature: reader.opaque(), confirmationTag: type === "commit" ? reader.opaque() : null };
}

export function encodeAuthenticatedContent({ wireFormat, content, auth }: AuthenticatedContent): Uint8Array {
  return writeAuthData(writeFramedContent(scratch.clear().u16(WIRE_FORMAT[wireFormat]), content), auth).finish();
}

/** The counterpart: for what was stored. @throws DecodeError */
export function decodeAuthenticatedContent(bytes: Uint8Array): AuthenticatedContent {
  const decoded = decode(bytes, (r): AuthenticatedContent => {
    const wireFormat = r.u16() === WIRE_FORMAT.public ? "public" : "private";
    const content = readFramedContent(r);
    return { wireFormat, content, auth: readAuthData(r, content.content.type) };
  });
  if (!decoded.ok) throw decoded.error;
  return decoded.value;
}

/** FramedContentTBS (RFC 9420 §6.1): members and joiners sign the group context too. */
export function framedContentTbs(
  wireFormat: FramedWireFormat,
  content: FramedContent,
  context: GroupContext,
): Uint8Array {
  const writer = writeFramedContent(scratch.clear().u16(MLS10).u16(WIRE_FORMAT[wireFormat]), content);
  const { type } = content.sender;
  if (type === "member" || type === "new_member_commit") writer.fixed(encodeGroupContext(context));
  return writer.finish();
}

/** Signs a content with the sender's leaf key. */
export function signFramedContent(
  suite: CipherSuite,
  wireFormat: FramedWireFormat,
  content: FramedContent,
  context: GroupContext,
  privateKey: Uint8Array,
): Uint8Array {
  return suite.signWithLabel(privateKey, "FramedContentTBS", framedContentTbs(wireFormat, content, context));
}

/** RULE: mls.content-signature: a message is signed by its sender's leaf, over group, epoch and context (RFC 9420 §6.1). */
export function verifyFramedContent(
  suite: CipherSuite,
  { wireFormat, content, auth }: AuthenticatedContent,
  context: GroupContext,
  signatureKey: Uint8Array,
): void {
  const tbs = framedContentTbs(wireFormat, content, context);
  if (!suite.verifyWithLabel(signatureKey, "FramedContentTBS", tbs, auth.signature)) {
    throw new MlsError("bad_signature", `${content.content.type} message`);
  }
}

function readSender(reader: Reader): Sender {
  const type = SENDERS[reader.u8() - 1];
  switch (type) {
    case "member":
      return { type, leafIndex: reader.u32() };
    case "external":
      return { type, senderIndex: reader.u32() };
    case "new_member_proposal":
    case "new_member_commit":
      return { type };
    default:
      throw new MlsError("malformed", "sender type");
  }
}
