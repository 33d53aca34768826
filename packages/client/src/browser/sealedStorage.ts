import { concatBytes, utf8Bytes } from "@conclave/codec";
import { checkKey, type Range, type Storage, type StoredRecord, type Write } from "../ports/storage.js";
import { StorageError } from "./storageError.js";

const VERSION = 1;
const NONCE = 12;
const HEADER = 1 + NONCE;

/**
 * Storage that seals every value with AES-256-GCM (WebCrypto) before another storage keeps it: version byte, nonce,
 * ciphertext, with the record's key as associated data.
 *
 * What it does not hide: record keys stay in clear, because ranges need their order. Somebody who reads the disk learns how
 * many rooms this home has and their ids, how many messages, decisions and invites each holds, the random ids of
 * messages, and the length of every value; not one name, text, key or address. What it does not notice: a record put
 * back to an earlier state of itself, or taken away, by somebody who can write to the disk. Nonces are 96 random bits:
 * good for 2^32 writes in the life of one volume key (NIST SP 800-38D §8.3).
 *
 * A record that does not open rejects with {@link StorageError} `damaged`; it is never passed over.
 */
export class SealedStorage implements Storage {
  /** Settles when all earlier commits were handed to the inner storage, which keeps their order from there. */
  private handedOver: Promise<unknown> = Promise.resolve();
  private closed = false;

  /**
   * @param inner Keeps the sealed records; closed together with this storage.
   * @param key AES-GCM, 256 bits, for `encrypt` and `decrypt`; it need not be extractable.
   */
  constructor(
    private readonly inner: Storage,
    private readonly key: CryptoKey,
  ) {}

  async get(key: string): Promise<Uint8Array | null> {
    checkKey(key);
    this.checkOpen();
    await this.handedOver;
    const sealed = await this.inner.get(key);
    return sealed && this.open(key, sealed);
  }

  async range(range: Range): Promise<StoredRecord[]> {
    this.checkOpen();
    await this.handedOver;
    const records = await this.inner.range(range);
    // All at once: the browser decrypts on several threads, and one by one the way there and back would be most of it.
    const values = await Promise.all(records.map(({ key, value }) => this.open(key, value)));
    return records.map(({ key }, at) => ({ key, value: values[at]! }));
  }

  async commit(writes: readonly Write[]): Promise<void> {
    for (const write of writes) checkKey("put" in write ? write.put : "delete" in write ? write.delete : write.clear);
    this.checkOpen();
    // WebCrypto copies what it is given at the call, so the caller may reuse its bytes at once.
    const sealing = Promise.all(writes.map((write) => this.sealed(write)));
    const issued = Promise.all([sealing, this.handedOver]).then(([sealed]) => ({ done: this.inner.commit(sealed) }));
    this.handedOver = issued.catch(() => undefined);
    await (
      await issued
    ).done;
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.handedOver;
    await this.inner.close();
  }

  private async sealed(write: Write): Promise<Write> {
    if (!("put" in write)) return write;
    const { put, value } = write;
    // A fresh nonce for each write, never a counter: two copies of one disk would count alike.
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
    const algorithm = { name: "AES-GCM", iv: nonce, additionalData: placeOf(put) };
    const ciphertext = await crypto.subtle.encrypt(algorithm, this.key, value as Uint8Array<ArrayBuffer>);
    return { put, value: concatBytes(Uint8Array.of(VERSION), nonce, new Uint8Array(ciphertext)) };
  }

  private async open(key: string, sealed: Uint8Array): Promise<Uint8Array> {
    const bytes = sealed as Uint8Array<ArrayBuffer>;
    // RULE: sealed.damaged: a record that does not open stops the client; without it, a thief who spoils records chooses what we forget.
    if (bytes.length < HEADER + 16 || bytes[0] !== VERSION) throw new StorageError("damaged");
    const algorithm = { name: "AES-GCM", iv: bytes.subarray(1, HEADER), additionalData: placeOf(key) };
    try {
      return new Uint8Array(await crypto.subtle.decrypt(algorithm, this.key, bytes.subarray(HEADER)));
    } catch (error) {
      throw new StorageError("damaged", { cause: error });
    }
  }

  private checkOpen(): void {
    if (this.closed) throw new Error("storage is closed");
  }
}

/** RULE: sealed.place: a value opens only under the key that it was written to, or records could be swapped on the disk. */
function placeOf(key: string): Uint8Array<ArrayBuffer> {
  return concatBytes(Uint8Array.of(VERSION), utf8Bytes(key)) as Uint8Array<ArrayBuffer>;
}
