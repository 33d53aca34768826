import {
  concatBytes,
  decode,
  type IdBytes,
  idBytes,
  type Reader,
  toBase64url,
  utf8Bytes,
  Writer,
} from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";

/** A person's Ed25519 key from their own SSH files: it may let them in, and says nothing afterwards. */
export type SshKey = IdBytes<"SshKey">;
export const SshKey = idBytes<"SshKey">(32);

/** The one kind of key that counts, by the name that SSH has for it (RFC 8709). */
export const SSH_KEY_TYPE = "ssh-ed25519";

/** A string of SSH: four bytes of length, then the bytes (RFC 4251 §5). */
export function sshString(bytes: Uint8Array | string): Uint8Array {
  const content = typeof bytes === "string" ? utf8Bytes(bytes) : bytes;
  return concatBytes(new Writer(4).u32(content.length).finish(), content);
}

/** Reads a string of SSH. @throws DecodeError when there are fewer bytes than it says */
export function readSshString(reader: Reader): Uint8Array {
  return reader.fixed(reader.u32());
}

/** A public key as SSH writes it, for example in a line of `authorized_keys` (RFC 8709 §4). */
export function sshKeyBlob(key: SshKey): Uint8Array {
  return concatBytes(sshString(SSH_KEY_TYPE), sshString(key));
}

/** The key in such bytes; its type's name where it is of another one; null where they are no key. */
export function readSshKey(blob: Uint8Array): SshKey | { readonly type: string } | null {
  const decoded = decode(blob, (reader) => {
    const type = readSshString(reader);
    return { type, rest: reader.fixed(reader.remaining) };
  });
  if (!decoded.ok) return null;
  const type = asciiOf(decoded.value.type);
  if (type !== SSH_KEY_TYPE) return type === null ? null : { type };
  const key = decode(decoded.value.rest, readSshString);
  return key.ok && key.value.length === 32 ? SshKey.of(key.value) : null;
}

/** What `ssh-keygen -l` shows of a key: `SHA256:` and 43 letters. */
export function sshFingerprint(crypto: Pick<Crypto, "hash">, key: SshKey): string {
  const letters = toBase64url(crypto.hash("sha256", sshKeyBlob(key)));
  return `SHA256:${letters.replaceAll("-", "+").replaceAll("_", "/")}`;
}

/** A short text of printable ASCII, as all names in SSH are (RFC 4251 §6); null for any other bytes. */
export function asciiOf(bytes: Uint8Array): string | null {
  if (bytes.length > 64 || bytes.some((byte) => byte < 0x21 || byte > 0x7e)) return null;
  return String.fromCharCode(...bytes);
}
