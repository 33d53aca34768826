import { AddressTally } from "../core/addressTally.js";

/** Who was refused lately, in this minute and the last one: for the operator, and nowhere else. */
export class RefusedAddresses {
  private readonly current = new AddressTally();
  private last: ReadonlyMap<string, number> = new Map();

  add(refused: ReadonlyMap<string, number>): void {
    for (const [address, times] of refused) this.current.add(address, times);
  }

  /** A minute is over. */
  endMinute(): void {
    this.last = this.current.take();
  }

  /** How many addresses were refused in the minute that {@link endMinute} ended. */
  get lastSize(): number {
    return this.last.size;
  }

  /** How often each was refused. */
  get all(): ReadonlyMap<string, number> {
    const both = new Map(this.last);
    for (const [address, times] of this.current.all) both.set(address, (both.get(address) ?? 0) + times);
    return both;
  }
}
