import { type Result, done, failed } from "@conclave/codec";
import { isSecret, isPassphraseLong, type Secret } from "./secret.js";
import { MAX_SLOTS, type Slot, slotId } from "./slot.js";
import { keeping, openVolume, type Volume, withSlot } from "./volume.js";
import type { VaultStore } from "./vaultStore.js";

/** One way to open a home, as a person may see it. `id` names it for `remove`. */
export type VaultSlotView =
  | { readonly id: string; readonly kind: "device" | "passphrase" }
  | { readonly id: string; readonly kind: "passkey"; readonly credentialId: Uint8Array };

/** Why a vault was not changed. */
export type VaultProblem =
  /** The passphrase or the passkey's bytes open nothing. */
  | "wrong_secret"
  /** There is no slot for it. */
  | "no_such_slot"
  /** There is a slot for it already. */
  | "slot_exists"
  /** The home would have no way left to open it. */
  | "last_slot"
  /** Eight slots are the most. */
  | "too_many_slots"
  /** An empty or too long passphrase, or not 32 bytes from a passkey. */
  | "malformed_secret";

/**
 * The slots of an open home. Each of them holds the volume key, wrapped by its own key; all of them open the same home.
 *
 * Every change is made `by` a secret that opens the home now. The volume key in use is not extractable, so it has to be
 * unwrapped once more to be wrapped again; and somebody who finds an open tab cannot give it another lock.
 * Changes are one transaction each: a browser that stops half-way leaves the slots as they were.
 * They reject when the browser's storage fails, and after the client was closed.
 */
export class Vault {
  private last: Promise<unknown> = Promise.resolve();
  private closed = false;

  /** Comes from `openBrowserHome`. */
  constructor(
    private readonly store: VaultStore,
    private volume: Volume,
    /** Rejects when another tab has taken the home over. */
    private readonly checkWriter: () => Promise<void>,
  ) {}

  /** The ways to open this home. */
  slots(): VaultSlotView[] {
    return this.volume.slots.map(slotView);
  }

  /**
   * Adds a slot for `secret`. A passphrase or passkey takes the device slot away, unless it is to be kept: a home that
   * opens by itself is protected by nothing else. Adding the device slot again takes that protection off.
   */
  add(
    by: Secret,
    secret: Secret,
    options: { readonly keepDevice?: boolean } = {},
  ): Promise<Result<undefined, VaultProblem>> {
    return this.change(by, secret, async (key) => {
      const { slots } = this.volume;
      if (slots.some(({ lock }) => isPassphraseLong(secret, lock))) return "slot_exists";
      if (slots.length >= MAX_SLOTS) return "too_many_slots";
      const added = await withSlot(this.volume, key, secret);
      // RULE: vault.device-slot: what opens without a secret makes every other lock worthless, so it goes when one comes.
      const isKept = secret.kind === "device" || options.keepDevice === true;
      return isKept ? added : keeping(added, ({ lock }) => lock.kind !== "device");
    });
  }

  /** Puts a new passphrase in place of the old one. */
  changePassphrase(old: string, passphrase: string): Promise<Result<undefined, VaultProblem>> {
    const secret = { kind: "passphrase", passphrase } as const;
    return this.change({ kind: "passphrase", passphrase: old }, secret, (key) => withSlot(this.volume, key, secret));
  }

  /** Takes a slot away. `by` may be the secret of any slot, also of this one. */
  remove(by: Secret, id: string): Promise<Result<undefined, VaultProblem>> {
    return this.change(by, null, () => {
      const left = keeping(this.volume, ({ lock }) => slotId(lock) !== id);
      if (left.slots.length === this.volume.slots.length) return Promise.resolve("no_such_slot");
      // RULE: vault.last-slot: a home without a slot is lost, whatever the person meant.
      return Promise.resolve(left.slots.length === 0 ? "last_slot" : left);
    });
  }

  /** Waits for a change that is under way; later ones reject. Called when the client closes, before it frees the lock. */
  async close(): Promise<void> {
    this.closed = true;
    await this.last;
  }

  /** One change after the other. */
  private change(
    by: Secret,
    secret: Secret | null,
    work: (key: CryptoKey) => Promise<Volume | VaultProblem>,
  ): Promise<Result<undefined, VaultProblem>> {
    const changed = this.last.then(async (): Promise<Result<undefined, VaultProblem>> => {
      if (this.closed) throw new Error("this home is closed");
      if (!isSecret(by)) return failed("wrong_secret");
      if (secret && !isSecret(secret)) return failed("malformed_secret");
      // RULE: vault.by-secret: only somebody who can open the home now changes who can open it later.
      const key = await openVolume(this.volume, by, true);
      if (typeof key === "string") return failed(key);
      const volume = await work(key);
      if (typeof volume === "string") return failed(volume);
      await this.checkWriter();
      await this.store.replace(volume);
      this.volume = volume;
      return done(undefined);
    });
    this.last = changed.catch(() => undefined);
    return changed;
  }
}

/** A slot as a person may see it. */
export function slotView({ lock }: Slot): VaultSlotView {
  const id = slotId(lock);
  return lock.kind === "passkey" ? { id, kind: lock.kind, credentialId: lock.credentialId } : { id, kind: lock.kind };
}
