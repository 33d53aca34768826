import { InboxId, RoomTag } from "@conclave/wire";
import { keyOf } from "../../key.js";
import type { UnitOfWork } from "../unit/unitOfWork.js";

/** PostgreSQL takes messages below 8,000 bytes. */
const MOST_BYTES = 7900;
/** Stands for "anything": there was more than fits. */
const ANYTHING = "*";

/** What a unit changed that other relays may have somebody waiting for. */
export interface SharedChanges {
  /** Rooms whose log grew, and how long it is now. */
  readonly rooms: readonly { readonly roomTag: RoomTag; readonly n: number }[];
  /** Rooms whose requests changed. */
  readonly requests: readonly RoomTag[];
  /** Inboxes in which something was left. */
  readonly inboxes: readonly InboxId[];
}

/** What a unit changed, as a message; null when it was nothing that anybody waits for. */
export function unitChanges({ writes, roomAt }: Pick<UnitOfWork, "writes" | "roomAt">): string | null {
  const grown = new Map<number, number>();
  for (const { room, record } of writes.records) grown.set(room, record.n);
  const asked = new Set([...writes.requests, ...writes.requestsGone].map(({ room }) => room));
  const inboxes = new Map(writes.items.map(({ inboxId }) => [keyOf(inboxId), inboxId]));
  const parts = [
    ...[...grown].map(([room, n]) => `r${textOf(roomAt(room).tag)}.${n}`),
    ...[...asked].map((room) => `q${textOf(roomAt(room).tag)}`),
    ...[...inboxes.values()].map((inboxId) => `i${textOf(inboxId)}`),
  ];
  if (parts.length === 0) return null;
  const message = parts.join(" ");
  return message.length > MOST_BYTES ? ANYTHING : message;
}

/** Reads a message; null for "anything". A hint is never worth a failure: what cannot be read is "anything", too. */
export function readUnitChanges(message: string): SharedChanges | null {
  const parts = message.split(" ");
  if (!parts.every((part) => /^(?:r[\w-]{43}\.\d{1,15}|[qi][\w-]{43})$/u.test(part))) return null;
  const named = (kind: string): string[] => parts.filter((part) => part.startsWith(kind)).map((part) => part.slice(1));
  return {
    rooms: named("r").map((part) => ({ roomTag: RoomTag.of(bytesOf(part.slice(0, 43))), n: Number(part.slice(44)) })),
    requests: named("q").map((part) => RoomTag.of(bytesOf(part))),
    inboxes: named("i").map((part) => InboxId.of(bytesOf(part))),
  };
}

function textOf(id: Uint8Array): string {
  return Buffer.from(id).toString("base64url");
}

function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "base64url"));
}
