import { keyOf } from "../../key.js";
import type { RosterTable } from "../rosterTable.js";
import type { MemoryContent } from "./memoryContent.js";

/** The roster's records of a `MemoryStore`. */
export class MemoryRosterTable implements RosterTable {
  constructor(private readonly content: MemoryContent) {}

  add(room: number, hash: Uint8Array, record: Uint8Array): void {
    const { roster } = this.content.at(room);
    if (!roster.has(keyOf(hash))) roster.set(keyOf(hash), record);
  }

  get(room: number, hash: Uint8Array): Uint8Array | null {
    return this.content.at(room).roster.get(keyOf(hash)) ?? null;
  }
}
