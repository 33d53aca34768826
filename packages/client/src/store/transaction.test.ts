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

  it("are done in the order of the calls; who asks is told when none is left, and effects follow what is stored", async () => {
    const storage = new MemoryStorage();
    const commit = storage.commit.bind(storage);
    const seen: string[] = [];
    storage.commit = async (writes: readonly Write[]) => {
      seen.push("stored");
      await commit(writes);
    };
    const queue = new TransactionQueue(storage, () => seen.push("failed"));
    await queue.idle();
    const runs = ["first", "second"].map((name) =>
      queue.run((tx) => {
        tx.put(name, new Uint8Array(1));
        tx.after(() => seen.push(`after ${name}`));
        seen.push(name);
        return name;
      }),
    );
    const idle = queue.idle().then(() => seen.push("idle"));
    expect(await Promise.all(runs)).toEqual(["first", "second"]);
    await idle;
    expect(seen).toEqual(["first", "second", "stored", "after first", "after second", "idle"]);
    // One that writes nothing stores nothing.
    await queue.run(() => seen.push("third"));
    expect(seen.slice(6)).toEqual(["third"]);
    expect((await storage.range({ prefix: "" })).map(({ key }) => key)).toEqual(["first", "second"]);
  });

  it("who asks is not told that none is left while one is being done, or stored", async () => {
    const storage = new MemoryStorage();
    let stored: () => void = () => undefined;
    const commit = storage.commit.bind(storage);
    storage.commit = (writes) => new Promise<void>((resolve) => (stored = resolve)).then(() => commit(writes));
    const queue = new TransactionQueue(storage, () => undefined);
    const seen: string[] = [];
    const turns = async () => new Promise((resolve) => setTimeout(resolve, 0));
    let finish: () => void = () => undefined;
    const work = new Promise<void>((resolve) => (finish = resolve));
    const run = queue.run(async (tx) => {
      await work;
      tx.put("a", new Uint8Array(1));
    });
    await turns();
    for (const step of ["doing", "storing"]) {
      void queue.idle().then(() => seen.push(`idle, asked while ${step}`));
      await turns();
      expect(seen).toEqual([]);
      if (step === "doing") finish();
      await turns();
    }
    stored();
    await run;
    await turns();
    expect(seen).toEqual(["idle, asked while doing", "idle, asked while storing"]);
  });

  it("a failure is told once, as the first one was, also where it was no error that was thrown", async () => {
    const failures: Error[] = [];
    const queue = new TransactionQueue(new MemoryStorage(), (error) => failures.push(error));
    const thrown = { no: "error" };
    const first = queue.fail(thrown);
    expect(first).toMatchObject({ message: "something failed", cause: thrown });
    expect(queue.fail(new Error("another"))).toBe(first);
    expect(failures).toEqual([first]);
    await expect(queue.run(() => 1)).rejects.toBe(first);
  });
});
