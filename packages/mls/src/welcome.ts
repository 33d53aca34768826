import { headerBytes, type Reader, Writer } from "@conclave/codec";
import type { HpkeCiphertext } from "@conclave/crypto";
import type { CipherSuite } from "./cipherSuite.js";
import { readHpkeCiphertext, writeHpkeCiphertext } from "./commit.js";
import { type PreSharedKeyId, readPreSharedKeyId, writePreSharedKeyId } from "./preSharedKey.js";

/** The secrets of an epoch, sealed to those who join it (RFC 9420 §12.4.3.1). */
export interface Welcome {
  readonly cipherSuite: number;
  readonly secrets: readonly { readonly newMember: Uint8Array; readonly encryptedGroupSecrets: HpkeCiphertext }[];
  readonly encryptedGroupInfo: Uint8Array;
}

/** What a Welcome seals to one newcomer. */
export interface GroupSecrets {
  readonly joinerSecret: Uint8Array;
  readonly pathSecret: Uint8Array | null;
  readonly psks: readonly PreSharedKeyId[];
}

export function writeWelcome(writer: Writer, welcome: Welcome): Writer {
  return writeSecrets(writer, welcome).opaque(welcome.encryptedGroupInfo);
}

/** How many bytes {@link writeWelcome} writes. */
export function welcomeLength(welcome: Welcome): number {
  const { length } = welcome.encryptedGroupInfo;
  return writeSecrets(new Writer(2048), welcome).peek().length + headerBytes(length) + length;
}

function writeSecrets(writer: Writer, { cipherSuite, secrets }: Welcome): Writer {
  return writer
    .u16(cipherSuite)
    .vector(secrets, (w, { newMember, encryptedGroupSecrets }) =>
      writeHpkeCiphertext(w.opaque(newMember), encryptedGroupSecrets),
    );
}

export function readWelcome(reader: Reader): Welcome {
  return {
    cipherSuite: reader.u16(),
    secrets: reader.vector((r) => ({ newMember: r.opaque(255), encryptedGroupSecrets: readHpkeCiphertext(r) })),
    encryptedGroupInfo: reader.opaque(),
  };
}

export function writeGroupSecrets(writer: Writer, secrets: GroupSecrets): Writer {
  writer.opaque(secrets.joinerSecret).optional(secrets.pathSecret, (w, secret) => w.opaque(secret));
  return writer.vector(secrets.psks, writePreSharedKeyId);
}

export function readGroupSecrets(reader: Reader): GroupSecrets {
  return {
    joinerSecret: reader.opaque(),
    pathSecret: reader.optional((r) => r.opaque()),
    psks: reader.vector(readPreSharedKeyId),
  };
}

/** The key and nonce under which a Welcome's GroupInfo is sealed. */
export function welcomeKey(suite: CipherSuite, welcomeSecret: Uint8Array) {
  const empty = new Uint8Array(0);
  return {
    key: suite.expandWithLabel(welcomeSecret, "key", empty, suite.keyLength),
    nonce: suite.expandWithLabel(welcomeSecret, "nonce", empty, suite.nonceLength),
  };
}
