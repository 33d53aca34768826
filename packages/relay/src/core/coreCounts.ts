import type { RelayError } from "@conclave/wire";
import { AddressTally } from "./addressTally.js";
import { Histogram } from "./histogram.js";

/** What the core did since it began: numbers alone, and nothing of any room or client. */
export class CoreCounts {
  /** Records that were added to logs, or were there already. */
  appends = 0;
  /** Whose requests were refused, for the operator alone: it is in no metric and no log. */
  readonly refusedAddresses = new AddressTally();
  private readonly commits = new Histogram();
  private readonly waits = new Histogram();
  private readonly refusals = new Map<RelayError, number>();

  refused(reason: RelayError, address: string): void {
    this.refusals.set(reason, (this.refusals.get(reason) ?? 0) + 1);
    this.refusedAddresses.add(address);
  }

  /** A group was made durable, which took so many ms. */
  committed(took: number): void {
    this.commits.add(took);
  }

  /** A message waited for so many ms until its turn came. */
  waited(took: number): void {
    this.waits.add(took);
  }

  /** As metrics, by name. */
  get metrics(): Readonly<Record<string, number>> {
    return {
      appends_total: this.appends,
      ...this.commits.metrics("commit_seconds"),
      ...this.waits.metrics("queue_wait_seconds"),
      ...Object.fromEntries([...this.refusals].map(([cause, count]) => [`refusals_total{cause="${cause}"}`, count])),
    };
  }
}
