import { toHex } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import type { MemoryDisk } from "@conclave/client";
import { Group, PAST_EPOCHS, type Engine } from "@conclave/mls";
import { isLeafCredential, loadRoom, openLeafCert, type Room } from "@conclave/protocol";

/** What a device has on its disk of a room. All names of keys and people are hexadecimal. */
export interface StoredRoom {
  readonly roomId: string;
  readonly epoch: number;
  readonly seq: number;
  readonly head: string;
  readonly authenticator: string;
  readonly status: string;
  /** Who holds the room's keys: the leaves of the tree, as `person leaf`. */
  readonly holders: readonly string[];
  /** Who should: the devices of the roster, as `person leaf`. */
  readonly listed: readonly string[];
}

/** The records of a room on a disk, without the client's prefix. */
export function storedRecords(disk: MemoryDisk, roomId: string): Map<string, Uint8Array> {
  const prefix = `room/${roomId}/state/`;
  const records = new Map<string, Uint8Array>();
  for (const [key, value] of disk.records) if (key.startsWith(prefix)) records.set(key.slice(prefix.length), value);
  return records;
}

/** Loads group and room from a disk, apart from the device's client. Reading only: nothing is written back. */
export function openStored(
  crypto: Crypto,
  records: ReadonlyMap<string, Uint8Array>,
): { readonly room: Room; readonly group: Group } {
  const random = () => {
    throw new Error("an inspection draws no randomness");
  };
  const engine: Engine = {
    crypto,
    random,
    validateCredential: (leaf, groupId) => isLeafCredential(crypto, leaf, groupId),
  };
  const groupRecords = [...records].flatMap(([key, value]) =>
    key.startsWith("g/") ? [[key.slice(2), value] as const] : [],
  );
  return { room: loadRoom({ crypto, random }, records), group: Group.load(engine, groupRecords) };
}

/**
 * Keys of message secrets that a device should have forgotten (RFC 9420 §9.2): all of them when it is not in the room any
 * more, else those of epochs before the last two. Names of records.
 */
export function unforgotten(records: ReadonlyMap<string, Uint8Array>): string[] {
  const names = [...records.keys()].filter((name) => name.startsWith("g/"));
  if (!names.includes("g/group")) return names;
  const epochOf = (name: string): number => Number(/^g\/[rtpuq]\/(\d+)/.exec(name)?.[1] ?? Infinity);
  const epochs = names.flatMap((name) => (/^g\/[tr]\//.test(name) ? [epochOf(name)] : []));
  const newest = Math.max(...epochs);
  return names.filter((name) => epochOf(name) < newest - PAST_EPOCHS);
}

/** What a device has stored of a room; null when it holds none of its keys: not yet, or not any more. */
export function inspect(crypto: Crypto, disk: MemoryDisk, roomId: string): StoredRoom | null {
  return look(crypto, storedRecords(disk, roomId), roomId)?.stored ?? null;
}

/** The same, with the number of the last record of the log that the device has taken. */
export function look(
  crypto: Crypto,
  records: ReadonlyMap<string, Uint8Array>,
  roomId: string,
): { readonly stored: StoredRoom; readonly place: number } | null {
  if (!records.has("g/group")) return null;
  const { room, group } = openStored(crypto, records);
  const holders = [...group.view.members()].map(({ leafNode }) => {
    const cert = leafNode.credential.type === "basic" ? openLeafCert(crypto, leafNode.credential.identity) : null;
    return `${cert === null ? "nobody" : toHex(cert.person)} ${toHex(leafNode.signatureKey)}`;
  });
  const listed = [...room.roster.members.values()].flatMap(({ person, devices }) =>
    devices.map(({ leaf }) => `${toHex(person)} ${toHex(leaf)}`),
  );
  const stored = {
    roomId,
    epoch: room.epoch,
    seq: room.roster.seq,
    head: toHex(room.roster.head),
    authenticator: toHex(group.epochAuthenticator),
    status: room.status,
    holders: holders.sort(),
    listed: listed.sort(),
  };
  return { stored, place: room.cursor.n };
}
