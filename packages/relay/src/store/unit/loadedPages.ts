import { type PageSize, RecordPage } from "../recordPage.js";

/** Something was read that no request of the group is known to read: a mistake in `readSet.ts`, and never a client's. */
export class NotLoaded extends Error {
  override readonly name = "NotLoaded";
}

/** Parts of a list whose items have numbers: everything is known of those stretches that were loaded, and nothing of the rest. */
export class LoadedPages<T> {
  private readonly items = new Map<number, T>();
  /** Everything above `after` up to `upTo` is known. */
  private readonly stretches: { readonly after: number; readonly upTo: number }[] = [];

  constructor(
    private readonly what: string,
    private readonly bytesOf: (item: T) => number,
  ) {}

  /** What is above `after`, up to and with `upTo`: `Infinity` where nothing follows. */
  load(after: number, upTo: number, items: Iterable<readonly [number, T]>): void {
    this.stretches.push({ after, upTo });
    for (const [no, item] of items) this.items.set(no, item);
  }

  get(no: number): T | undefined {
    return this.items.get(no);
  }

  set(no: number, item: T): void {
    this.items.set(no, item);
  }

  /** Takes away what is not to be kept. */
  keep(isKept: (item: T, no: number) => boolean): void {
    for (const [no, item] of this.items) if (!isKept(item, no)) this.items.delete(no);
  }

  /** Whether there is an item above `after`; true also if that was not loaded: somebody else may say so, or ask again. */
  hasAfter(after: number): boolean {
    for (const no of this.items.keys()) if (no > after) return true;
    for (let known = after; ;) {
      const stretch = this.stretches.find((each) => each.after <= known && each.upTo > known);
      if (stretch === undefined) return true;
      if (stretch.upTo === Infinity) return false;
      known = stretch.upTo;
    }
  }

  /**
   * Items above `after`, in order. A page ends early at the end of what was loaded. @throws NotLoaded if nothing of it was, unless
   * `isPartial`.
   */
  page(after: number, size: PageSize, isPartial = false): T[] {
    const page = new RecordPage<T>(size);
    const numbers = [...this.items.keys()].filter((no) => no > after).sort((a, b) => a - b);
    let [at, known] = [0, after];
    for (;;) {
      const stretch = this.stretches.find((each) => each.after <= known && each.upTo > known);
      if (stretch === undefined) {
        if (page.items.length === 0 && known === after && !isPartial)
          throw new NotLoaded(`${this.what} after ${after}`);
        return page.items;
      }
      for (; at < numbers.length && numbers[at]! <= stretch.upTo; at++) {
        const item = this.items.get(numbers[at]!)!;
        if (!page.add(item, this.bytesOf(item))) return page.items;
      }
      if (stretch.upTo === Infinity) return page.items;
      known = stretch.upTo;
    }
  }
}

/** What was loaded under a key. @throws NotLoaded */
export function loaded<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new NotLoaded(what);
  return value;
}
