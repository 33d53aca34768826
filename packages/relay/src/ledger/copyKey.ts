import { equalBytes } from "@conclave/codec";
import type { RoomRow, WriteKey } from "../store/roomTable.js";
import { membersKey } from "./keysBrought.js";

/** The write key of a copy, or null for a log that is none. It is the log's tag, so nobody can prove it. `n`: behind which record it began. */
export function copyKeyOf({
  tag,
  writeKeys,
  lineage,
}: Pick<RoomRow, "tag" | "writeKeys" | "lineage">): WriteKey | null {
  const key = membersKey(writeKeys, lineage);
  return equalBytes(key.key, tag) ? key : null;
}
