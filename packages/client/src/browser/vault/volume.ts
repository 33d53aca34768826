import { toHex } from "@conclave/codec";
import { isPassphraseLong, newDeviceKey, newLock, type Secret, wrappingKey } from "./secret.js";
import { type Slot, slotContext } from "./slot.js";

/** One set of sealed records and the ways to open it. `deviceKey` is what the browser keeps for the device slot. */
export interface Volume {
  readonly id: string;
  readonly slots: readonly Slot[];
  readonly deviceKey: CryptoKey | null;
}

const SEALING = { name: "AES-GCM", length: 256 };

/** A new volume that this secret opens, and its key. */
export async function makeVolume(secret: Secret): Promise<{ volume: Volume; key: CryptoKey }> {
  const id = toHex(crypto.getRandomValues(new Uint8Array(16)));
  const key = await crypto.subtle.generateKey(SEALING, true, ["encrypt", "decrypt"]);
  const volume = await withSlot({ id, slots: [], deviceKey: null }, key, secret);
  // The key that is used from here on is the one that the slot gives: not extractable, and the slot is known to open.
  const opened = await openVolume(volume, secret, false);
  if (typeof opened === "string") throw new Error("a new slot does not open");
  return { volume, key: opened };
}

/**
 * The volume's key by the slot that the secret is for.
 * @param extractable True only for the moment of wrapping it for another slot.
 */
export async function openVolume(
  volume: Volume,
  secret: Secret,
  extractable: boolean,
): Promise<CryptoKey | "no_such_slot" | "wrong_secret"> {
  const slot = volume.slots.find(({ lock }) => isPassphraseLong(secret, lock));
  if (!slot) return "no_such_slot";
  const by = await wrappingKey(secret, slot.lock, volume.deviceKey);
  if (!by) return "no_such_slot";
  const wrapped = slot.wrapped as Uint8Array<ArrayBuffer>;
  try {
    return await crypto.subtle.unwrapKey("raw", wrapped, by, sealOf(volume.id, slot), SEALING, extractable, [
      ...(["encrypt", "decrypt"] as const),
    ]);
  } catch {
    return "wrong_secret";
  }
}

/** The volume with one more slot, which this secret opens; in place of one for the same. */
export async function withSlot(volume: Volume, key: CryptoKey, secret: Secret): Promise<Volume> {
  const lock = newLock(secret);
  const deviceKey = secret.kind === "device" ? await newDeviceKey() : volume.deviceKey;
  const by = await wrappingKey(secret, lock, deviceKey);
  if (!by) throw new Error("a new slot has no key");
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const wrapped = await crypto.subtle.wrapKey("raw", key, by, sealOf(volume.id, { lock, nonce }));
  const others = volume.slots.filter((slot) => !isPassphraseLong(secret, slot.lock));
  return { ...volume, deviceKey, slots: [...others, { lock, nonce, wrapped: new Uint8Array(wrapped) }] };
}

/** The volume without the slots that are not to be kept; the browser's key goes with the device slot. */
export function keeping(volume: Volume, isKept: (slot: Slot) => boolean): Volume {
  const slots = volume.slots.filter(isKept);
  const deviceKey = slots.some(({ lock }) => lock.kind === "device") ? volume.deviceKey : null;
  return { ...volume, slots, deviceKey };
}

/** RULE: vault.slot-bound: a wrapped key is bound to its volume and to all that its slot says: nobody can exchange slots on the disk. */
function sealOf(volume: string, { lock, nonce }: Pick<Slot, "lock" | "nonce">): AesGcmParams {
  const additionalData = slotContext(volume, lock) as Uint8Array<ArrayBuffer>;
  return { name: "AES-GCM", iv: nonce as Uint8Array<ArrayBuffer>, additionalData };
}
