import { describe, expect, it } from "vitest";
import { MemoryStorage } from "../memory/memoryStorage.js";
import type { Write } from "../ports/storage.js";
import { TransactionQueue } from "./transaction.js";

describe("the queue of transactions", () => {
  it("RULE client.fail-closed: what waits behind a transaction that fails is not done either, though nobody could refuse it when it came", async () => {
    const storage = new MemoryStorage();
    let failCommit: (error: Error) => void = () => undefined;
    storage.commit = (_writes: readonly Write[]) => new Promise((_resolve, reject) => (failCommit = reject));
    const failures: string[] = [];
    const queue = new TransactionQueue(storage, ({ message }) => failures.push(message));
    const done: string[] = [];
    const first = queue.run((tx) => {
      tx.put("a", new Uint8Array(1));
      tx.after(() => done.push("effect of the first"));
    });
    await new Promise((resolve) => setTimeout(resolve, 0));
    // The first one is being stored: this one waits for that, in another group.
    const second = queue.run((tx) => {
      done.push("the second");
      tx.after(() => done.push("effect of the second"));
    });
    failCommit(new Error("the disk is full"));
    await expect(first).rejects.toThrow("the disk is full");
    await expect(second).rejects.toThrow("the disk is full");
    expect(done).toEqual([]);
    expect(failures).toEqual(["the disk is full"]);
    await queue.idle();
  });
});
