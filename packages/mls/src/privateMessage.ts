import { decode, Reader, Writer } from "@conclave/codec";
import type { Random } from "@conclave/crypto";
import type { CipherSuite } from "./cipherSuite.js";
import {
  type AuthData,
  type ContentType,
  contentTypeNumber,
  type FramedContent,
  readAuthData,
  readContent,
  readContentType,
  writeAuthData,
  writeContent,
} from "./framing.js";
import { MlsError } from "./mlsError.js";
import type { RatchetStep, SecretTree } from "./secretTree.js";

/** A message that only members of its epoch can read (RFC 9420 §6.3). */
export interface PrivateMessage {
  readonly groupId: Uint8Array;
  readonly epoch: bigint;
  readonly contentType: ContentType;
  readonly authenticatedData: Uint8Array;
  readonly encryptedSenderData: Uint8Array;
  readonly ciphertext: Uint8Array;
}

/** A decrypted message, and what using its key will change. */
export interface OpenedMessage {
  readonly content: FramedContent;
  readonly auth: AuthData;
  readonly leafIndex: number;
  readonly generation: number;
  readonly step: RatchetStep;
}

export function writePrivateMessage(writer: Writer, message: PrivateMessage): Writer {
  writer.opaque(message.groupId).u64(message.epoch).u8(contentTypeNumber(message.contentType));
  return writer.opaque(message.authenticatedData).opaque(message.encryptedSenderData).opaque(message.ciphertext);
}

export function readPrivateMessage(reader: Reader): PrivateMessage {
  return {
    groupId: reader.opaque(),
    epoch: reader.u64(),
    contentType: readContentType(reader),
    authenticatedData: reader.opaque(),
    encryptedSenderData: reader.opaque(),
    ciphertext: reader.opaque(),
  };
}

/** Encrypts a signed content of a member (RFC 9420 §6.3). `padTo` rounds the plaintext up to a multiple. */
export function sealPrivateMessage(
  suite: CipherSuite,
  secrets: { senderData: Uint8Array; tree: SecretTree },
  content: FramedContent,
  auth: AuthData,
  random: Random,
  padTo: number,
): { message: PrivateMessage; step: RatchetStep } {
  if (content.sender.type !== "member") throw new TypeError("only members send private messages");
  const { type } = content.content;
  const { leafIndex } = content.sender;
  const step = secrets.tree.next(leafIndex, type === "application" ? "application" : "handshake");
  const plaintext = writeAuthData(writeContent(new Writer(512), content.content), auth);
  const { length } = plaintext.peek();
  if (padTo > 0) plaintext.fixed(new Uint8Array(Math.ceil(length / padTo) * padTo - length));
  const reuseGuard = random(4);
  const header = {
    groupId: content.groupId,
    epoch: content.epoch,
    contentType: type,
    authenticatedData: content.authenticatedData,
  };
  const { key, nonce, generation } = step.messageKey;
  const ciphertext = suite.crypto.aeadSeal(
    suite.algorithms.aead,
    key,
    guarded(nonce, reuseGuard),
    contentAad(header),
    plaintext.peek(),
  );
  const sender = senderDataKey(suite, secrets.senderData, ciphertext);
  const senderData = new Writer(12).u32(leafIndex).u32(generation).fixed(reuseGuard).finish();
  const encryptedSenderData = suite.crypto.aeadSeal(
    suite.algorithms.aead,
    sender.key,
    sender.nonce,
    senderAad(header),
    senderData,
  );
  return { message: { ...header, encryptedSenderData, ciphertext }, step };
}

/** Decrypts without changing anything: the caller checks the signature, and applies the step when all holds. */
export function openPrivateMessage(
  suite: CipherSuite,
  secrets: { senderData: Uint8Array; tree: SecretTree },
  message: PrivateMessage,
  isMember: (leafIndex: number) => boolean,
): OpenedMessage {
  const sender = senderDataKey(suite, secrets.senderData, message.ciphertext);
  const opened = suite.crypto.aeadOpen(
    suite.algorithms.aead,
    sender.key,
    sender.nonce,
    senderAad(message),
    message.encryptedSenderData,
  );
  if (opened === null) throw new MlsError("undecryptable", "sender data");
  const decoded = decode(opened, (r) => ({ leafIndex: r.u32(), generation: r.u32(), reuseGuard: r.fixed(4) }));
  if (!decoded.ok) throw decoded.error;
  const { leafIndex, generation, reuseGuard } = decoded.value;
  // RULE: mls.private-sender: the sender must be a leaf of that epoch that is not blank (RFC 9420 §6.3.2).
  if (!isMember(leafIndex)) throw new MlsError("unknown_sender", "private message");
  const step = secrets.tree.at(
    leafIndex,
    message.contentType === "application" ? "application" : "handshake",
    generation,
  );
  const { key, nonce } = step.messageKey;
  const plaintext = suite.crypto.aeadOpen(
    suite.algorithms.aead,
    key,
    guarded(nonce, reuseGuard),
    contentAad(message),
    message.ciphertext,
  );
  if (plaintext === null) throw new MlsError("undecryptable", message.contentType);
  const reader = new Reader(plaintext);
  const content = readContent(reader, message.contentType);
  const auth = readAuthData(reader, message.contentType);
  // RULE: mls.zero-padding: padding is all zero, or it could carry what the signature does not cover (RFC 9420 §6.3.1).
  if (plaintext.subarray(reader.offset).some((byte) => byte !== 0))
    throw new MlsError("bad_padding", message.contentType);
  const { groupId, epoch, authenticatedData } = message;
  return {
    content: { groupId, epoch, sender: { type: "member", leafIndex }, authenticatedData, content },
    auth,
    leafIndex,
    generation,
    step,
  };
}

type Header = Pick<PrivateMessage, "groupId" | "epoch" | "contentType" | "authenticatedData">;

function contentAad({ groupId, epoch, contentType, authenticatedData }: Header): Uint8Array {
  return new Writer(64)
    .opaque(groupId)
    .u64(epoch)
    .u8(contentTypeNumber(contentType))
    .opaque(authenticatedData)
    .finish();
}

function senderAad({ groupId, epoch, contentType }: Header): Uint8Array {
  return new Writer(64).opaque(groupId).u64(epoch).u8(contentTypeNumber(contentType)).finish();
}

/** The key of the sender data, from a sample of the ciphertext (RFC 9420 §6.3.2). */
export function senderDataKey(suite: CipherSuite, senderDataSecret: Uint8Array, ciphertext: Uint8Array) {
  const sample = ciphertext.slice(0, suite.hashLength);
  return {
    key: suite.expandWithLabel(senderDataSecret, "key", sample, suite.keyLength),
    nonce: suite.expandWithLabel(senderDataSecret, "nonce", sample, suite.nonceLength),
  };
}

function guarded(nonce: Uint8Array, reuseGuard: Uint8Array): Uint8Array {
  const mixed = nonce.slice();
  for (let i = 0; i < 4; i++) mixed[i]! ^= reuseGuard[i]!;
  return mixed;
}
