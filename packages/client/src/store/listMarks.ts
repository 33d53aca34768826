import { bool, encode, optional, stored, struct, u53 } from "@conclave/codec";
import type { ListMarks } from "../api/status.js";

/** A room of which the person has made nothing yet. */
export const UNMARKED: ListMarks = { isPinned: false, isUnread: false, archivedAt: null };

const layout = struct<ListMarks>({ isPinned: bool, isUnread: bool, archivedAt: optional(u53) });

export function encodeListMarks(marks: ListMarks): Uint8Array {
  return encode(marks, layout.write);
}

/** @throws TypeError when the stored bytes are damaged. */
export function decodeListMarks(bytes: Uint8Array): ListMarks {
  return stored("list marks", bytes, layout);
}
