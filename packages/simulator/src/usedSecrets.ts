import { fromHex } from "@conclave/codec";

/** Secrets that must no longer be on a disk: they are looked for at every place of every record. */
export class UsedSecrets {
  /** Up to which record of the log they are collected. */
  place = 0;
  private readonly secrets = new Set<string>();
  private readonly byStart = new Map<number, Uint8Array[]>();

  get size(): number {
    return this.secrets.size;
  }

  /** Adds a chain of secrets in hexadecimal, up to the first that is in already: all above that one are too. */
  add(chain: Iterable<string>): void {
    for (const secret of chain) {
      if (this.secrets.has(secret)) return;
      this.secrets.add(secret);
      const bytes = fromHex(secret);
      const start = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
      this.byStart.set(start, [...(this.byStart.get(start) ?? []), bytes]);
    }
  }

  /** The name of the first record that holds one of them; null when none does. */
  findIn(records: Iterable<readonly [name: string, value: Uint8Array]>): string | null {
    for (const [name, value] of records) {
      const view = new DataView(value.buffer, value.byteOffset, value.length);
      for (let at = 0; at + 4 <= value.length; at++) {
        const found = this.byStart.get(view.getUint32(at));
        if (found?.some((secret) => secret.every((byte, i) => value[at + i] === byte))) return name;
      }
    }
    return null;
  }
}
