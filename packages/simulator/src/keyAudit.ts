import { concatBytes, decode, equalBytes, toHex } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { decodeMessage } from "@conclave/mls";
import type { LogItem } from "@conclave/wire";

interface Seal {
  readonly key: string;
  readonly plaintext: Uint8Array;
}

const KEPT = 20_000;
const DERIVATIONS_KEPT = 400_000;
/** "MLS 1.0 ", with which the labels of all derivations of RFC 9420 §8 begin; two bytes of length and one of the label's come first. */
const MLS_LABEL = new TextEncoder().encode("MLS 1.0 ");
/** Bytes of an envelope before its ciphertext: nonce and commitment. */
const ENVELOPE_HEAD = 24 + 32;

/**
 * Watches what is encrypted with which key. A message key of MLS belongs to one epoch, leaf and generation; two different
 * ciphertexts of one key in a log mean that it was used twice (RFC 9420 §6.3.1, attack A64).
 *
 * It also remembers what was derived of what: a device that has read a record must hold neither its key nor anything that the key
 * was derived from (RFC 9420 §9.2). See {@link KeyAudit.usedBy}.
 */
export class KeyAudit {
  /** The same primitives, watched. Every process of a world uses these. */
  readonly crypto: Crypto;
  private readonly seals = new Map<string, Seal>();
  private readonly verdicts = new Map<string, boolean>();
  private readonly used = new Map<string, string>();
  private readonly parents = new Map<string, string>();
  /** Messages that were traced to their key. */
  traced = 0;

  constructor(primitives: Crypto) {
    this.crypto = {
      ...primitives,
      hkdfExpand: (name, secret, info, length) => {
        const made = primitives.hkdfExpand(name, secret, info, length);
        if (MLS_LABEL.every((byte, at) => info[at + 3] === byte)) {
          this.parents.set(toHex(made), toHex(secret));
          if (this.parents.size > DERIVATIONS_KEPT) forgetOldest(this.parents);
        }
        return made;
      },
      aeadSeal: (name, key, nonce, aad, plaintext) => {
        const sealed = primitives.aeadSeal(name, key, nonce, aad, plaintext);
        this.seals.set(tagOf(sealed), { key: toHex(key), plaintext: plaintext.slice() });
        if (this.seals.size > KEPT) forgetOldest(this.seals);
        return sealed;
      },
      // Everybody in a world verifies the same signatures: once is enough, as the answer never changes.
      ed25519Verify: (publicKey, message, signature) => {
        const digest = primitives.hash("sha256", concatBytes(signature, publicKey, message));
        const question = toHex(digest);
        const known = this.verdicts.get(question);
        if (known !== undefined) return known;
        const verdict = primitives.ed25519Verify(publicKey, message, signature);
        if (this.verdicts.size > KEPT) this.verdicts.clear();
        this.verdicts.set(question, verdict);
        return verdict;
      },
    };
  }

  /** Looks at a record of a log. Says what is wrong, or null. */
  check(item: LogItem): string | null {
    const sealed = this.trace(item);
    if (sealed === null) return null;
    this.traced++;
    const { key, ciphertext } = sealed;
    const before = this.used.get(key);
    this.used.set(key, ciphertext);
    if (before === undefined || before === ciphertext) return null;
    return `a key of epoch ${item.epoch} encrypted two different ${item.kind}s, the second at ${item.n}`;
  }

  /**
   * The key of a record's message and all secrets that lead to it, up to the one of its epoch: in hexadecimal, the key first.
   * A device that has read the record, or sent it, must have deleted them.
   */
  *usedBy(item: LogItem): Generator<string> {
    let at = this.trace(item)?.key;
    while (at !== undefined) {
      yield at;
      at = this.parents.get(at);
    }
  }

  // The envelope's own ciphertext ends with the payload; what it holds is the MLS message.
  private trace(item: LogItem): { key: string; ciphertext: string } | null {
    if (item.pruned) return null;
    const outer = this.seals.get(tagOf(item.payload.subarray(ENVELOPE_HEAD)));
    const message = outer && innerCiphertext(outer.plaintext);
    const inner = message && this.seals.get(tagOf(message));
    return inner ? { key: inner.key, ciphertext: tagOf(message) } : null;
  }
}

function forgetOldest(map: Map<string, unknown>): void {
  const oldest = map.keys().next();
  if (!oldest.done) map.delete(oldest.value);
}

// The tag of an AEAD ciphertext tells it from all others.
function tagOf(sealed: Uint8Array): string {
  return toHex(sealed.subarray(-16));
}

function innerCiphertext(padded: Uint8Array): Uint8Array | null {
  const opened = decode(padded, (reader) => ({ message: reader.opaque(), rest: reader.fixed(reader.remaining) }));
  if (!opened.ok || !equalBytes(opened.value.rest, new Uint8Array(opened.value.rest.length))) return null;
  const decoded = decodeMessage(opened.value.message);
  return decoded.wireFormat === "private" ? decoded.message.ciphertext : null;
}
