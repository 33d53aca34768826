import type { RelayError } from "@conclave/wire";

/** What the core did since it began: numbers alone, and nothing of any room or client. */
export class CoreCounts {
  /** Records that were added to logs, or were there already. */
  appends = 0;
  /** Groups that were made durable, and how long that took (ms). */
  groups = 0;
  groupMs = 0;
  private readonly refusals = new Map<RelayError, number>();

  refused(reason: RelayError): void {
    this.refusals.set(reason, (this.refusals.get(reason) ?? 0) + 1);
  }

  committed(took: number): void {
    this.groups++;
    this.groupMs += took;
  }

  /** As metrics, by name. */
  get metrics(): Readonly<Record<string, number>> {
    return {
      appends_total: this.appends,
      groups_total: this.groups,
      group_commit_seconds_total: this.groupMs / 1000,
      ...Object.fromEntries([...this.refusals].map(([cause, count]) => [`refusals_total{cause="${cause}"}`, count])),
    };
  }
}
