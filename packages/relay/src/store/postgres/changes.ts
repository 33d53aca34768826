import type { UnitOfWork } from "../unit/unitOfWork.js";

/** Bytes of an id by which other relays are told of it: who has it too knows which one it is, and nobody else learns it. */
const NAME_BYTES = 8;
/** PostgreSQL takes messages below 8,000 bytes. */
const MOST_BYTES = 7900;
/** Stands for "anything": there was more than fits. */
const ANYTHING = "*";

/** What a unit changed that other relays have somebody waiting for. Named by the first bytes of their ids, as hex. */
export interface SharedChanges {
  /** Rooms whose log grew, and how long it is now. */
  readonly rooms: readonly { readonly name: string; readonly n: number }[];
  /** Rooms whose requests changed. */
  readonly requests: readonly string[];
  /** Inboxes in which something was left. */
  readonly inboxes: readonly string[];
}

/** By what a room or an inbox is told of. */
export function changeName(id: Uint8Array): string {
  return Buffer.from(id.subarray(0, NAME_BYTES)).toString("hex");
}

/** What a unit changed, as a message; null when it was nothing that anybody waits for. */
export function unitChanges({ writes, roomAt }: Pick<UnitOfWork, "writes" | "roomAt">): string | null {
  const grown = new Map<number, number>();
  for (const { room, record } of writes.records) grown.set(room, record.n);
  const tagOf = (room: number): string => changeName(roomAt(room).tag);
  const asked = [...writes.requests, ...writes.requestsGone].map(({ room }) => tagOf(room));
  const parts = [
    ...[...grown].map(([room, n]) => `r${tagOf(room)}${n}`),
    ...[...new Set(asked)].map((name) => `q${name}`),
    ...[...new Set(writes.items.map(({ inboxId }) => changeName(inboxId)))].map((name) => `i${name}`),
  ];
  if (parts.length === 0) return null;
  const message = parts.join(" ");
  return message.length > MOST_BYTES ? ANYTHING : message;
}

/** Reads a message; null for "anything". A hint is never worth a failure: what cannot be read is "anything", too. */
export function readUnitChanges(message: string): SharedChanges | null {
  if (!/^[rqi][0-9a-f]{16}/u.test(message)) return null;
  const parts = message.split(" ");
  const named = (kind: string): string[] => parts.filter((part) => part.startsWith(kind)).map((part) => part.slice(1));
  const rooms = named("r").map((part) => ({
    name: part.slice(0, 2 * NAME_BYTES),
    n: Number(part.slice(2 * NAME_BYTES)),
  }));
  return { rooms, requests: named("q"), inboxes: named("i") };
}
