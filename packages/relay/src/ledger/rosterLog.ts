import { equalBytes } from "@conclave/codec";
import { recordBefore, type Sha256 } from "@conclave/wire";
import { type PageSize, RecordPage } from "../store/recordPage.js";
import type { Ledger } from "../store/ledger.js";
import type { HostedRoom } from "./hostedRoom.js";

/**
 * The roster log: the sealed records of a room's entries, each under its hash. The relay cannot tell which of them count. But each
 * names the one that it follows, and who reads names the one to begin with: so junk, whoever put it there, is never on the way of
 * somebody who reads the room's history.
 */
export class RosterLog {
  constructor(
    private readonly store: Ledger,
    private readonly sha256: Sha256,
  ) {}

  /** Adds a record. One that is there already stays. */
  add({ row: { no } }: HostedRoom, attachment: Uint8Array): void {
    this.store.roster.add(no, this.sha256(attachment), attachment);
  }

  /** Whether this record is there. */
  has({ row: { no } }: HostedRoom, record: Uint8Array): boolean {
    return this.store.roster.get(no, this.sha256(record)) !== null;
  }

  /**
   * Adds records that the relay lacks, the newest first; false, and nothing is added, where they do not lead from the record with the
   * hash `after` to one another.
   *
   * RULE: roster.brought-by-hash: nobody brings anything into a room's history but what it already names, so who brings it needs no
   * trust (docs/protocol.md §6, attack A106).
   */
  bring({ row: { no } }: HostedRoom, after: Uint8Array, records: readonly Uint8Array[]): boolean {
    let before = this.store.roster.get(no, after);
    const hashes = records.map((record) => {
      const hash = this.sha256(record);
      const named = before && recordBefore(before);
      before = named && equalBytes(named, hash) ? record : null;
      return hash;
    });
    if (before === null) return false;
    records.forEach((record, at) => {
      this.store.roster.add(no, hashes[at]!, record);
    });
    return true;
  }

  /** The record with this hash, and those that it follows, the newest first, as many as fit; none where it is not there. */
  // RULE: roster.only-the-chain: junk is not read by who reads the room's history, and pushes nothing out of it (attack A106).
  read({ row: { no } }: HostedRoom, record: Uint8Array, size: PageSize): readonly Uint8Array[] {
    const page = new RecordPage<Uint8Array>(size);
    for (let next: Uint8Array | null = record; next !== null;) {
      const found = this.store.roster.get(no, next);
      if (found === null || !page.add(found, found.length)) break;
      next = recordBefore(found);
    }
    return page.items;
  }

  /** The commits on probation that a member confirms who follows the one at `n`: it, and what it follows. */
  followed({ row: { no } }: HostedRoom, n: number): number[] {
    const followed: number[] = [];
    for (let at = n; at > 0;) {
      const commit = this.store.records.commitAt(no, at);
      if (commit?.isOnProbation !== true) break;
      followed.push(at);
      at = commit.parent;
    }
    return followed;
  }

  /** A member follows these commits. */
  // RULE: roster.read-before-written: they were read before anything of the request was written, so a row that is damaged leaves
  // nothing half done.
  confirm({ row: { no } }: HostedRoom, followed: readonly number[]): void {
    for (const n of followed) this.store.records.confirmCommit(no, n);
  }
}
