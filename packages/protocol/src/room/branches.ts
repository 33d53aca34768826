import { toHex } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { recordBefore, type RoomTag } from "@conclave/wire";
import type { LeafKey, RoomId } from "../encoding/ids.js";
import { decodeEntry, type Entry } from "../roster/entry.js";
import { evaluate } from "../roster/evaluate.js";
import { carriageOf, replayEntries } from "../roster/replay.js";
import type { Roster } from "../roster/roster.js";
import { openRosterRecord, type RosterKey } from "../transport/rosterLog.js";

/** An entry of the chain or of a branch, and the roster after it. */
interface Node {
  readonly epoch: number;
  readonly roster: () => Roster | null;
}

/** A chain that a door leads to, as far as the log can go on from it in another way. */
export interface BranchingChain {
  readonly roomId: RoomId;
  /** The charter first. */
  readonly entries: readonly Entry[];
  /** The hash of the record of each. */
  readonly records: readonly Uint8Array[];
  /** All roster keys that are known. */
  readonly keys: readonly RosterKey[];
  /** The newest entry that we know others to have. */
  readonly from: number;
}

/**
 * What the log holds beside a chain, or behind it: roster records that follow from one of its entries, as far as the keys that we know
 * open them. Nobody signs that a commit was followed, so none of it is the room's history; but its signer was a member who
 * could decide so.
 */
export class Branches {
  private readonly nodes = new Map<string, Node>();
  private readonly gone = new Set<string>();

  constructor(
    private readonly crypto: Crypto,
    private readonly roomTag: RoomTag,
    private readonly chain: BranchingChain,
  ) {
    const { entries, records, from } = chain;
    for (const [seq, record] of records.entries()) {
      if (seq < from) continue;
      let found: Roster | null | undefined;
      const roster = () => (found ??= this.replayed(seq));
      this.nodes.set(toHex(record), { epoch: entries[seq]!.epoch, roster });
    }
  }

  /** The record beside a commit of the log, in the log's order. */
  take(record: Uint8Array): void {
    const before = recordBefore(record);
    const node = before && this.nodes.get(toHex(before));
    const hash = toHex(this.crypto.hash("sha256", record));
    if (!node || this.nodes.has(hash)) return;
    const opened = openRosterRecord(this.crypto, this.roomTag, this.chain.keys, record);
    const roster = opened && node.roster();
    if (!opened || !roster) return;
    const entry = decodeEntry(this.crypto, opened.entry, roster.version);
    if (!entry.ok || entry.value.epoch <= node.epoch) return;
    const judged = evaluate(this.crypto, roster, entry.value, carriageOf(entry.value));
    if (!judged.ok) return;
    for (const leaf of judged.value.removed) this.gone.add(toHex(leaf));
    this.nodes.set(hash, { epoch: entry.value.epoch, roster: () => judged.value.roster });
  }

  /** Whether an entry of a branch takes this leaf out. */
  isGone(leaf: LeafKey): boolean {
    return this.gone.has(toHex(leaf));
  }

  private replayed(seq: number): Roster | null {
    const { entries } = this.chain;
    const replayed = replayEntries(this.crypto, entries.slice(0, seq + 1), this.chain.roomId);
    return replayed.ok ? replayed.value.roster : null;
  }
}
