/**
 * Asks the browser to keep this origin's data when space runs low, for a page (a worker has no such question). The
 * browser may ask the person, or decide alone: call it after something worth keeping was made.
 */
export async function askPersist(): Promise<"granted" | "denied" | "unsupported"> {
  const manager = navigator.storage as StorageManager | undefined;
  // A browser short of space deletes the homes of those who did not ask (attack A102).
  if (typeof manager?.persist !== "function") return "unsupported";
  return (await manager.persist()) ? "granted" : "denied";
}
