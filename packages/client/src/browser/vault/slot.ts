import { decode, encode, fromHex, type Reader, toHex, type Writer } from "@conclave/codec";

/** Costs of argon2id (RFC 9106): memory in KiB, passes over it, lanes. */
export interface ArgonCosts {
  readonly memory: number;
  readonly passes: number;
  readonly lanes: number;
}

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

const VERSION = 1;
const KINDS = ["device", "passphrase", "passkey"] as const;

/** At most so many slots on one volume. */
export const MAX_SLOTS = 8;
/** The longest credential id (WebAuthn Level 3, §5.8.3). */
export const MAX_CREDENTIAL_ID = 1023;
/** What a stored slot may ask for. Opening costs at most 256 MiB and some ten seconds. */
export const MAX_COSTS: ArgonCosts = { memory: 256 * 1024, passes: 16, lanes: 4 };

/** The slots of one volume, as they are stored. */
export function encodeSlots(slots: readonly Slot[]): Uint8Array {
  return encode(slots, (w, all) =>
    w.u8(VERSION).vector(all, (each, slot) => writeLock(each, slot.lock).fixed(slot.nonce).opaque(slot.wrapped)),
  );
}

/** Reads what `encodeSlots` wrote. Null for anything else: a volume without slots. */
export function decodeSlots(bytes: Uint8Array): Slot[] | null {
  const decoded = decode(bytes, (r) => {
    if (r.u8() !== VERSION) return null;
    return r.vector((each) => ({ lock: readLock(each), nonce: each.fixed(12), wrapped: each.opaque(64) }), MAX_SLOTS);
  });
  if (!decoded.ok || decoded.value?.some(({ lock }) => lock === null) !== false) return null;
  return decoded.value as Slot[];
}

/** What a wrapped key is bound to: its volume and all that its slot says. */
export function slotContext(volume: string, lock: SlotLock): Uint8Array {
  return encode(lock, (w, it) => writeLock(w.text("conclave vault slot 1").opaque(fromHex(volume)), it));
}

/** Names a slot on its volume: its kind, and for a passkey which one. */
export function slotId(lock: SlotLock): string {
  return lock.kind === "passkey" ? `passkey/${toHex(lock.credentialId)}` : lock.kind;
}

function writeLock(w: Writer, lock: SlotLock): Writer {
  w.u8(KINDS.indexOf(lock.kind));
  if (lock.kind === "device") return w;
  w.fixed(lock.salt);
  if (lock.kind === "passkey") return w.opaque(lock.credentialId);
  return w.u32(lock.costs.memory).u8(lock.costs.passes).u8(lock.costs.lanes);
}

function readLock(r: Reader): SlotLock | null {
  const kind = KINDS[r.u8()];
  if (kind === undefined) return null;
  if (kind === "device") return { kind };
  const salt = r.fixed(16);
  if (kind === "passkey") return { kind, salt, credentialId: r.opaque(MAX_CREDENTIAL_ID) };
  const costs = { memory: r.u32(), passes: r.u8(), lanes: r.u8() };
  return isBearable(costs) ? { kind, salt, costs } : null;
}

// RULE: vault.costs: a slot is read back from a disk that others may write to: it cannot make us fill 4 GB (attack A80).
function isBearable({ memory, passes, lanes }: ArgonCosts): boolean {
  const isSmall = memory <= MAX_COSTS.memory && passes <= MAX_COSTS.passes && lanes <= MAX_COSTS.lanes;
  return isSmall && passes >= 1 && lanes >= 1 && memory >= 8 * lanes;
}
