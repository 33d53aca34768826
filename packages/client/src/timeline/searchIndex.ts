import { phrasesOf, searchable } from "./searchText.js";

/** A text that can be found. */
export interface SearchLine {
  /** Its place in the log. */
  readonly n: number;
  readonly time: number;
  readonly text: string;
}

/** Where an index reads the texts. */
export interface SearchSource {
  /** Texts before this place, newest first (the newest of all without), and from where on to read next; null at the end. */
  read(before?: number): Promise<{ readonly lines: readonly SearchLine[]; readonly next: number | null }>;
  /** Lets everything else have its turn. */
  pause(): Promise<void>;
}

/** How many characters are taken in before others have their turn. */
const BREATH = 32 * 1024;
/** How many texts are looked at before others have their turn. */
const LOOKED_AT = 4000;

/**
 * The texts of one room, in memory only, for as long as the room is open. Read from the storage at the first search, in
 * small pieces: it shares its thread with everything that keeps the room in step.
 */
export class SearchIndex {
  /** By place; what was deleted is here without its text. */
  private readonly lines = new Map<number, SearchLine>();
  /** Places that were read, newest first; and those that came since, oldest first. */
  private readonly older: number[] = [];
  private readonly newer: number[] = [];
  private building: Promise<void> | null = null;

  constructor(private readonly source: SearchSource) {}

  /** Whether there is anything to be kept up to date. */
  get isUsed(): boolean {
    return this.building !== null;
  }

  /** Takes in a text, or the text that takes the place of one; empty when it was deleted. */
  put(line: SearchLine): void {
    if (!this.lines.has(line.n)) this.newer.push(line.n);
    this.lines.set(line.n, { ...line, text: searchable(line.text) });
  }

  /** The texts that have everything of the query, newest first. Rejects when the storage is broken. */
  async find(query: string): Promise<SearchLine[]> {
    const phrases = phrasesOf(query);
    if (phrases.length === 0) return [];
    await (this.building ??= this.build());
    const found: SearchLine[] = [];
    for (const [at, n] of [...this.newer.toReversed(), ...this.older].entries()) {
      if (at % LOOKED_AT === LOOKED_AT - 1) await this.source.pause();
      const line = this.lines.get(n)!;
      if (phrases.every((phrase) => line.text.includes(phrase))) found.push(line);
    }
    return found;
  }

  private async build(): Promise<void> {
    for (let before: number | undefined; ;) {
      await this.source.pause();
      const page = await this.source.read(before);
      let taken = 0;
      for (const line of page.lines) {
        // What came by `put` meanwhile is newer than what was read.
        if (this.lines.has(line.n)) continue;
        this.lines.set(line.n, { ...line, text: searchable(line.text) });
        this.older.push(line.n);
        taken += line.text.length;
        if (taken < BREATH) continue;
        taken = 0;
        await this.source.pause();
      }
      if (page.next === null) return;
      before = page.next;
    }
  }
}
