import { decodeEntry } from "../roster/entry.js";
import { evaluate } from "../roster/evaluate.js";
import type { Judgement } from "./judge.js";
import { epochOf, type RoomParts } from "./parts.js";

/**
 * The judgement of an own pending commit after a restart: its commit passed `judge` when it was made, and its entry
 * passes `evaluate` again. @throws TypeError when it does not: then the store is damaged
 */
export function judgeStored(parts: RoomParts, entryBytes: Uint8Array | null, attachment: Uint8Array): Judgement {
  const { primitives, roster, core, group } = parts;
  if (entryBytes === null) return { transition: null, roster, record: null };
  const decoded = decodeEntry(primitives.crypto, entryBytes, roster.version);
  if (!decoded.ok) throw new TypeError("the stored pending entry is damaged");
  const carriage = { epoch: epochOf(parts), transcript: group.view.confirmedTranscriptHash };
  const judged = evaluate(primitives.crypto, roster, decoded.value, {
    ...carriage,
    committer: core.leaf,
    external: false,
  });
  if (!judged.ok) throw new TypeError(`the stored pending entry is refused: ${judged.error.code}`);
  const record = primitives.crypto.hash("sha256", attachment);
  return { transition: judged.value, roster: judged.value.roster, record };
}
