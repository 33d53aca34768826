/**
 * The storage failed and the client that uses it cannot go on. `full`: the browser gives no more space, nothing of the
 * commit was kept. `damaged`: a record does not open with the home's key, or is not where it was written. `superseded`:
 * another tab has taken the home over, and nothing of the commit was kept.
 */
export class StorageError extends Error {
  override readonly name = "StorageError";

  constructor(
    readonly reason: "full" | "damaged" | "superseded",
    options?: ErrorOptions,
  ) {
    super(SENTENCES[reason], options);
  }
}

const SENTENCES = {
  full: "the browser gives no more space",
  damaged: "a stored record is damaged",
  superseded: "another tab has taken over",
} as const;
