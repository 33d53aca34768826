import { bool, encode, list, stored, struct, u53 } from "@conclave/codec";
import type { Crypto, KeyPair } from "@conclave/crypto";
import type { EpochView } from "@conclave/mls";
import type { Delta } from "../encoding/provider.js";
import { bytes32 } from "../encoding/signed.js";
import type { RosterKeys } from "../invite/slot.js";
import { type RosterKey, rosterKeyLayout } from "../transport/rosterLog.js";

/** Epochs before the current one whose envelopes can still be opened. */
export const PAST_ENVELOPES = 2;
/** Epochs whose join requests can still be opened. */
const PAST_REQUESTS = 32;
/** Epochs whose write keys are kept. */
const PAST_WRITES = 32;
const EMPTY = new Uint8Array(0);

/** A key of one epoch. */
interface EpochKey {
  readonly epoch: number;
  readonly key: Uint8Array;
}

/**
 * The room's keys beside MLS's own (docs/protocol.md §6): exported from its epochs, each for one purpose. Immutable.
 */
export interface Keyring {
  /** Envelope keys of the current epoch and those before it, newest last. */
  readonly envelopes: readonly EpochKey[];
  /** X25519 private keys to which join requests were sealed, newest last. */
  readonly requests: readonly EpochKey[];
  /** Seeds of write keys, newest last; the first is that of the newest epoch in which the relay knew us ({@link proved}). */
  readonly writes: readonly EpochKey[];
  /** The current roster key, last, and the one before it. */
  readonly roster: readonly RosterKey[];
  /** Whether a record under the current roster key is in the log: the first one wraps the key before. */
  readonly isRosterKeyUsed: boolean;
  /** Hash of the record of the newest entry, which the next record names. */
  readonly record: Uint8Array;
}

/** The keys of somebody who joins: `rosterKeys` is what the slot or the admission gave. */
export function newKeyring(view: EpochView, { roster, isRosterKeyUsed, record }: RosterKeys): Keyring {
  return {
    envelopes: [{ epoch: Number(view.epoch), key: envelopeKey(view) }],
    requests: [{ epoch: Number(view.epoch), key: requestSecret(view) }],
    writes: [{ epoch: Number(view.epoch), key: writeSeed(view) }],
    ...{ roster, isRosterKeyUsed, record },
  };
}

/** The roster key of a room's first epoch. */
export function firstRosterKey(view: EpochView): RosterKey {
  return { generation: 0, key: rosterKey(view) };
}

/**
 * The roster keys of somebody who joined by a commit of their own: what the slot gave and, where the join began a generation
 * (it used the invite up, or took a lost device's leaf out), the key of the new epoch. Everybody in the room exports the same
 * one, so whoever writes the next record wraps the key before. Whoever else holds the link knows the keys in its slot, and
 * nothing of an epoch that an external commit begins.
 */
export function keyringOfJoin(
  view: EpochView,
  { roster }: Pick<RosterKeys, "roster">,
  { generation, record }: { readonly generation: number; readonly record: Uint8Array },
): RosterKeys {
  const before = roster[roster.length - 1]!;
  if (before.generation === generation) return { roster, isRosterKeyUsed: true, record };
  return { roster: [before, { generation, key: rosterKey(view) }], isRosterKeyUsed: false, record };
}

/** A keyring with what an earlier one of the same device still has of the epochs that it was in before. */
export function withEarlier(keys: Keyring, before: Keyring): Keyring {
  const requests = [...before.requests, ...keys.requests].slice(-PAST_REQUESTS);
  return { ...keys, requests, writes: withFirst([...before.writes, ...keys.writes]) };
}

/**
 * A keyring without the write keys from before an epoch: the relay has taken all of them up to that one's. What is changed is
 * stored with the next commit, from which on it counts.
 */
export function proved(keys: Keyring, epoch: number): Keyring {
  return { ...keys, writes: keys.writes.filter((each) => each.epoch >= epoch) };
}

// RULE: keyring.last-proved-stays: the relay takes those for members who have the write key of an epoch in which members were there.
// However many come in by themselves while we sleep, they do not push that one out, nor does a restart (attack A109).
function withFirst(writes: readonly EpochKey[]): readonly EpochKey[] {
  const [first, ...others] = writes;
  return first === undefined ? [] : [first, ...others.slice(1 - PAST_WRITES)];
}

/** The keyring after a commit. `record`: the hash of its roster record; null where it has none. `generation`: the roster's, after it. */
export function nextKeyring(
  before: Keyring,
  view: EpochView,
  { record, generation }: { readonly record: Uint8Array | null; readonly generation: number },
): Keyring {
  const epoch = Number(view.epoch);
  const current = currentRosterKey(before);
  // RULE: keyring.removal-renews: who was removed never holds the key of later entries (docs/protocol.md §4, attack A58).
  const isNew = generation !== current.generation;
  return {
    envelopes: [...before.envelopes, { epoch, key: envelopeKey(view) }].slice(-1 - PAST_ENVELOPES),
    requests: [...before.requests, { epoch, key: requestSecret(view) }].slice(-PAST_REQUESTS),
    writes: withFirst([...before.writes, { epoch, key: writeSeed(view) }]),
    roster: isNew ? [current, { generation, key: rosterKey(view) }] : before.roster,
    isRosterKeyUsed: isNew ? false : before.isRosterKeyUsed || record !== null,
    record: record ?? before.record,
  };
}

/** The newest generation's key, which seals the roster records of now. */
export function currentRosterKey(keys: Keyring): RosterKey {
  return keys.roster[keys.roster.length - 1]!;
}

/**
 * The records that keep roster keys for good, one for each generation, beside the entries that they open: pleas are sealed under
 * them, and who was removed long ago is told by them.
 */
export function rosterKeyRecords(keys: readonly RosterKey[]): Delta {
  return { put: keys.map(({ generation, key }) => [rosterKeyRecord(generation), key] as const), delete: [] };
}

/** The name of the record that keeps the roster key of a generation. */
export function rosterKeyRecord(generation: number): string {
  return `x/k/${generation.toString(16).padStart(8, "0")}`;
}

/** The key that the next roster record wraps; null unless it is the first of its generation. */
export function wrappedRosterKey(keys: Keyring): Uint8Array | null {
  return keys.isRosterKeyUsed || keys.roster.length < 2 ? null : keys.roster[0]!.key;
}

/** The envelope key of an epoch; null when it is no longer kept, or not known. */
export function envelopeKeyOf(keys: Keyring, epoch: number): Uint8Array | null {
  return keys.envelopes.find((each) => each.epoch === epoch)?.key ?? null;
}

/**
 * Whether the keys of all epochs are here to which requests can still be sealed: what they do not open, nobody opens. Who joined
 * lately has not.
 */
export function hasAllRequestKeys({ requests }: Keyring): boolean {
  return requests.length >= PAST_REQUESTS || requests[0]?.epoch === 0;
}

/** What proves to the relay that somebody is a member in this epoch: an Ed25519 seed. */
export function writeSeed(view: EpochView): Uint8Array {
  return view.export("conclave/write", EMPTY, 32);
}

/** A write key with its epoch. */
export interface RoomWriteKey {
  readonly epoch: number;
  readonly publicKey: Uint8Array;
  readonly seed: Uint8Array;
}

/** The write keys that there are, oldest first; `after`: of later epochs only. */
export function writeKeysOf(crypto: Crypto, { writes }: Keyring, after = -1): RoomWriteKey[] {
  const later = writes.filter(({ epoch }) => epoch > after);
  return later.map(({ epoch, key: seed }) => ({ epoch, publicKey: crypto.ed25519PublicKey(seed), seed }));
}

/** The key pair to which join requests are sealed in an epoch: every member can open them. */
export function requestKeyPair(crypto: Crypto, secret: Uint8Array): KeyPair {
  return crypto.kemDeriveKeyPair("x25519", secret);
}

const epochKeys = list(struct<EpochKey>({ epoch: u53, key: bytes32 }));
const layout = struct<Keyring>({
  envelopes: epochKeys,
  requests: epochKeys,
  writes: epochKeys,
  roster: list(rosterKeyLayout),
  isRosterKeyUsed: bool,
  record: bytes32,
});

export function encodeKeyring(keys: Keyring): Uint8Array {
  return encode(keys, layout.write);
}

/**
 * The keyring of a stored record.
 * @throws TypeError for a damaged record
 */
export function decodeKeyring(bytes: Uint8Array | undefined): Keyring {
  return stored("keyring", bytes, layout);
}

function envelopeKey(view: EpochView): Uint8Array {
  return view.export("conclave/envelope", EMPTY, 32);
}

function requestSecret(view: EpochView): Uint8Array {
  return view.export("conclave/request", EMPTY, 32);
}

function rosterKey(view: EpochView): Uint8Array {
  return view.export("conclave/roster-key", EMPTY, 32);
}
