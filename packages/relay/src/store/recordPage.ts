/** How much of a list to read: at most so many items, and it ends once so many bytes are reached. */
export interface PageSize {
  readonly items: number;
  readonly bytes: number;
}

/** A page of one: by it is seen whether there is anything. */
export const ONE: PageSize = { items: 1, bytes: 0 };

/** Applies a page size to items that come in order. The first item is always taken. */
export class RecordPage<T> {
  readonly items: T[] = [];
  private bytes = 0;

  constructor(private readonly size: PageSize) {}

  /** False when the page is full and the item was not taken. */
  add(item: T, bytes: number): boolean {
    const full = this.items.length >= this.size.items || this.bytes + bytes > this.size.bytes;
    if (full && (this.items.length > 0 || this.size.items === 0)) return false;
    this.items.push(item);
    this.bytes += bytes;
    return true;
  }
}
