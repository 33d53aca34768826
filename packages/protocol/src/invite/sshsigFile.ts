import { decode, done, failed, fromBase64url, type Result, utf8Bytes } from "@conclave/codec";
import { asciiOf, readSshKey, readSshString, SSH_KEY_TYPE } from "./sshKey.js";
import { SSH_NAMESPACE, SSHSIG, type SshSignature } from "./sshSignature.js";

/** Why a signature that somebody gives is of no use to join, as a stable code; its sentence is in the words package. */
export type SshSignatureFault =
  /** No signature of `ssh-keygen -Y sign`, or one that was cut off. */
  | "unreadable"
  /** Of a newer form. */
  | "version"
  /** Made with an SSH certificate: the plain key is wanted. */
  | "certificate"
  /** By an RSA, ECDSA or hardware (`sk-`) key. */
  | "key_type"
  /** Made for something else than to join. */
  | "namespace";

/** Longest file that is read: a certificate's signature has about 850 bytes. */
export const MAX_SSHSIG_BYTES = 8 * 1024;

const HEAD = "-----BEGIN SSH SIGNATURE-----";
const FOOT = "-----END SSH SIGNATURE-----";

/**
 * The signature in a file that `ssh-keygen -Y sign` wrote, or in the bytes inside its armour (OpenSSH's PROTOCOL.sshsig). Whether it
 * holds is not looked at.
 */
export function readSshsig(file: Uint8Array): Result<SshSignature, SshSignatureFault> {
  // RULE: ssh.bounded: what somebody gives as a signature is short, or is not looked at (attack A80).
  if (file.length > MAX_SSHSIG_BYTES) return failed("unreadable");
  const bytes = startsWith(file, SSHSIG) ? file : unarmoured(file);
  if (bytes === null || !startsWith(bytes, SSHSIG)) return failed("unreadable");
  const version = decode(bytes.subarray(6, 10), (reader) => reader.u32());
  if (!version.ok) return failed("unreadable");
  if (version.value !== 1) return failed("version");
  const parts = decode(bytes.subarray(10), (reader) => ({
    key: readSshString(reader),
    namespace: readSshString(reader),
    reserved: readSshString(reader),
    hash: readSshString(reader),
    signature: readSshString(reader),
  }));
  if (!parts.ok) return failed("unreadable");
  const key = readSshKey(parts.value.key);
  if (key === null) return failed("unreadable");
  if ("type" in key) return failed(key.type.includes("-cert-") ? "certificate" : "key_type");
  if (asciiOf(parts.value.namespace) !== SSH_NAMESPACE) return failed("namespace");
  const hash = asciiOf(parts.value.hash);
  if ((hash !== "sha512" && hash !== "sha256") || parts.value.reserved.length > 0) return failed("unreadable");
  const signature = readSshRawSignature(parts.value.signature);
  return signature === null ? failed("unreadable") : done({ key, hash, signature });
}

/** The 64 bytes of a signature as SSH writes it, with its type; null where it is no Ed25519 one. `ssh-agent` answers with such. */
export function readSshRawSignature(bytes: Uint8Array): Uint8Array | null {
  const decoded = decode(bytes, (reader) => ({ type: readSshString(reader), signature: readSshString(reader) }));
  if (!decoded.ok || asciiOf(decoded.value.type) !== SSH_KEY_TYPE) return null;
  return decoded.value.signature.length === 64 ? decoded.value.signature : null;
}

function unarmoured(file: Uint8Array): Uint8Array | null {
  if (file.some((byte) => byte > 0x7e)) return null;
  const text = new TextDecoder().decode(file).trim();
  if (!text.startsWith(HEAD) || !text.endsWith(FOOT)) return null;
  const letters = text.slice(HEAD.length, -FOOT.length).replaceAll(/\s/gu, "");
  return fromBase64(letters);
}

/** Bytes of standard base64 (RFC 4648 §4), with or without its padding; null for any other text. */
export function fromBase64(text: string): Uint8Array | null {
  const letters = text.replace(/={1,2}$/u, "");
  if (/[-_]/u.test(letters)) return null;
  return fromBase64url(letters.replaceAll("+", "-").replaceAll("/", "_"));
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  return utf8Bytes(text).every((byte, at) => bytes[at] === byte);
}
