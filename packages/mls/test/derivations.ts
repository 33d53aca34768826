import { toHex } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";

/**
 * Primitives that remember what was derived of what, and which key sealed which ciphertext: what has to be gone once a key
 * was used, found without any knowledge of how a group keeps its keys.
 */
export class Derivations {
  readonly crypto: Crypto;
  private readonly parents = new Map<string, string>();
  private readonly keys = new Map<string, string>();

  constructor(primitives: Crypto) {
    this.crypto = {
      ...primitives,
      hkdfExpand: (name, secret, info, length) => {
        const made = primitives.hkdfExpand(name, secret, info, length);
        this.parents.set(toHex(made), toHex(secret));
        return made;
      },
      aeadSeal: (name, key, nonce, aad, plaintext) => {
        const sealed = primitives.aeadSeal(name, key, nonce, aad, plaintext);
        this.keys.set(toHex(sealed.subarray(-16)), toHex(key));
        return sealed;
      },
    };
  }

  /** The key that sealed a ciphertext, in hexadecimal. */
  keyOf(ciphertext: Uint8Array): string {
    return this.keys.get(toHex(ciphertext.subarray(-16)))!;
  }

  /** A key, and all secrets that it was expanded from, up to the epoch's: the key first, in hexadecimal. */
  *chain(key: string): Generator<string> {
    for (let at: string | undefined = key; at !== undefined; at = this.parents.get(at)) yield at;
  }
}

/** Secrets that must not be anywhere in a store, looked for at every place of every record. */
export class Forbidden {
  private readonly secrets = new Set<string>();
  private readonly starts = new Map<number, Uint8Array[]>();

  /** Adds a chain, up to the first secret that is in already: all above that one are too. */
  add(chain: Iterable<string>): void {
    for (const secret of chain) {
      if (this.secrets.has(secret)) return;
      this.secrets.add(secret);
      const bytes = new Uint8Array(Buffer.from(secret, "hex"));
      const start = new DataView(bytes.buffer).getUint32(0);
      this.starts.set(start, [...(this.starts.get(start) ?? []), bytes]);
    }
  }

  /** The name of the first record that holds one of them; null when none does. */
  findIn(records: Iterable<readonly [string, Uint8Array]>): string | null {
    for (const [name, value] of records) {
      const view = new DataView(value.buffer, value.byteOffset, value.length);
      for (let at = 0; at + 4 <= value.length; at++) {
        const found = this.starts.get(view.getUint32(at));
        if (found?.some((secret) => secret.every((byte, i) => value[at + i] === byte))) return name;
      }
    }
    return null;
  }
}
