interface Undoable {
  readonly done: Promise<void>;
  abort(): void;
}

/**
 * Makes the requests of one transaction and resolves when they and the transaction are done. When one fails, or cannot
 * even be made, the whole transaction is undone: IndexedDB by itself would commit those that came before.
 */
export async function inOneTransaction(
  transaction: Undoable,
  steps: readonly (() => Promise<unknown>)[],
): Promise<void> {
  const pending: Promise<unknown>[] = [transaction.done];
  try {
    for (const step of steps) pending.push(step());
  } catch (error) {
    transaction.abort();
    await Promise.allSettled(pending);
    throw error;
  }
  await Promise.all(pending);
}
