import { describe, expect, it } from "vitest";
import { clockConformance, lockConformance, storageConformance } from "../conformance/index.js";
import { ManualClock } from "./manualClock.js";
import { MemoryDisk, MemoryStorage } from "./memoryStorage.js";
import { MemoryLock } from "./memoryLock.js";

describe("MemoryStorage conforms", () => {
  for (const { title, run } of storageConformance) {
    it(title, async () => {
      const disk = new MemoryDisk();
      await run({ open: () => Promise.resolve(new MemoryStorage(disk)) });
    });
  }
});

describe("MemoryLock conforms", () => {
  for (const { title, run } of lockConformance) {
    it(title, async () => {
      const lock = new MemoryLock();
      await run({ lock: () => lock });
    });
  }
});

describe("ManualClock conforms", () => {
  for (const { title, run } of clockConformance) {
    it(title, async () => {
      const clock = new ManualClock();
      const pass = (ms: number) => {
        clock.advance(ms);
        return Promise.resolve();
      };
      await run({ clock, pass });
    });
  }
});

describe("MemoryStorage crashes as a process does", () => {
  const write = [{ put: "a", value: Uint8Array.of(1) }];
  const settled = async (promise: Promise<unknown>) => {
    let done = false;
    const mark = () => void (done = true);
    promise.then(mark, mark);
    await new Promise((resolve) => setTimeout(resolve, 0));
    return done;
  };

  it("kill before: nothing is stored and nothing settles any more", async () => {
    const disk = new MemoryDisk();
    const storage = new MemoryStorage(disk, () => "kill before");
    expect(await settled(storage.commit(write))).toBe(false);
    expect(await settled(storage.get("a"))).toBe(false);
    expect(await new MemoryStorage(disk).get("a")).toBeNull();
  });
  it("kill after: it is stored, and the caller never hears of it", async () => {
    const disk = new MemoryDisk();
    const storage = new MemoryStorage(disk, () => "kill after");
    expect(await settled(storage.commit(write))).toBe(false);
    expect(await new MemoryStorage(disk).get("a")).toEqual(Uint8Array.of(1));
  });
  it("fail: rejects, stores nothing, and goes on", async () => {
    let fate: "fail" | "commit" = "fail";
    const storage = new MemoryStorage(new MemoryDisk(), () => fate);
    await expect(storage.commit(write)).rejects.toThrow("storage failed");
    fate = "commit";
    await storage.commit(write);
    expect(await storage.get("a")).toEqual(Uint8Array.of(1));
  });
});
