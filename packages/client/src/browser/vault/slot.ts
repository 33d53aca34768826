import {
  checked,
  decode,
  encode,
  fixed,
  fromHex,
  list,
  opaque,
  struct,
  toHex,
  u32,
  u8,
  variant,
  versioned,
} from "@conclave/codec";
import type { ArgonCosts } from "@conclave/crypto/argon2";

/** How a slot's wrapping key is found: in this browser, from a passphrase, or from what a passkey gives. */
export type SlotLock =
  | { readonly kind: "device" }
  | { readonly kind: "passphrase"; readonly salt: Uint8Array; readonly costs: ArgonCosts }
  | { readonly kind: "passkey"; readonly salt: Uint8Array; readonly credentialId: Uint8Array };

/** One way to open a volume: its key (32 bytes), wrapped with AES-256-GCM by the slot's own key. */
export interface Slot {
  readonly lock: SlotLock;
  readonly nonce: Uint8Array;
  readonly wrapped: Uint8Array;
}

/** The most slots that one volume has. */
export const MAX_SLOTS = 8;
/** The longest credential id (WebAuthn Level 3, §5.8.3). */
export const MAX_CREDENTIAL_ID = 1023;
/** What a stored slot may ask for. Opening costs at most 256 MiB and some ten seconds. */
export const MAX_COSTS: ArgonCosts = { memory: 256 * 1024, passes: 16, lanes: 4 };

const salt = fixed(16);
// Numbers are stored: never change one.
const lockLayout = variant<SlotLock, "kind">("kind", {
  device: [0, {}],
  passphrase: [1, { salt, costs: checked(struct<ArgonCosts>({ memory: u32, passes: u8, lanes: u8 }), isBearable) }],
  passkey: [2, { salt, credentialId: opaque(MAX_CREDENTIAL_ID) }],
});
const layout = versioned(
  1,
  list(struct<Slot>({ lock: lockLayout, nonce: fixed(12), wrapped: opaque(64) }), MAX_SLOTS),
  u8,
);

/** The slots of one volume, as they are stored. */
export function encodeSlots(slots: readonly Slot[]): Uint8Array {
  return encode(slots, layout.write);
}

/** Reads what `encodeSlots` wrote. Null for anything else: a volume without slots. */
export function decodeSlots(bytes: Uint8Array): readonly Slot[] | null {
  const decoded = decode(bytes, layout.read);
  return decoded.ok ? decoded.value : null;
}

/** What a wrapped key is bound to: its volume and all that its slot says. */
export function slotContext(volume: string, lock: SlotLock): Uint8Array {
  return encode(lock, (w, it) => lockLayout.write(w.text("conclave vault slot 1").opaque(fromHex(volume)), it));
}

/** Names a slot on its volume: its kind, and for a passkey which one. */
export function slotId(lock: SlotLock): string {
  return lock.kind === "passkey" ? `passkey/${toHex(lock.credentialId)}` : lock.kind;
}

// RULE: vault.costs: a slot is read back from a disk that others may write to: it cannot make us fill 4 GB (attack A80).
function isBearable({ memory, passes, lanes }: ArgonCosts): boolean {
  const isSmall = memory <= MAX_COSTS.memory && passes <= MAX_COSTS.passes && lanes <= MAX_COSTS.lanes;
  return isSmall && passes >= 1 && lanes >= 1 && memory >= 8 * lanes;
}
