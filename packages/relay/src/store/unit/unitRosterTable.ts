import { keyOf } from "../../key.js";
import type { RosterTable } from "../rosterTable.js";
import type { UnitContent } from "./unitContent.js";

/** The roster's records of a `UnitOfWork`. */
export class UnitRosterTable implements RosterTable {
  constructor(private readonly content: UnitContent) {}

  add(room: number, hash: Uint8Array, record: Uint8Array): void {
    const { roster } = this.content.at(room);
    // One that is there already stays, whether or not it was loaded.
    if ((roster.get(keyOf(hash)) ?? null) === null) roster.set(keyOf(hash), record);
    this.content.writes.roster.push({ room, hash, record });
  }

  get(room: number, hash: Uint8Array): Uint8Array | null {
    const unit = this.content.at(room);
    return unit.known(unit.roster.get(keyOf(hash)), null, "roster record");
  }
}
