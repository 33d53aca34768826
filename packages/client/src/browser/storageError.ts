/**
 * The storage failed and the client that uses it cannot go on. `full`: the browser gives no more space, nothing of the
 * commit was kept. `damaged`: a record does not open with the home's key, or is not where it was written.
 */
export class StorageError extends Error {
  override readonly name = "StorageError";

  constructor(
    readonly reason: "full" | "damaged",
    options?: ErrorOptions,
  ) {
    super(reason === "full" ? "the browser gives no more space" : "a stored record is damaged", options);
  }
}
