import { describe, expect, it } from "vitest";
import { storageConformance } from "../conformance/storageConformance.js";
import { MemoryDisk, MemoryStorage } from "../memory/memoryStorage.js";
import { SealedStorage } from "./sealedStorage.js";

const newKey = () => crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);

describe("sealed storage over memory", () => {
  for (const { title, run } of storageConformance) {
    it(title, async () => {
      const [disk, key] = [new MemoryDisk(), await newKey()];
      await run({ open: () => Promise.resolve(new SealedStorage(new MemoryStorage(disk), key)) });
    });
  }

  it("a small commit does not overtake a large one that takes longer to seal", async () => {
    // Node seals on several threads; Chromium happens to keep the order by itself.
    const storage = new SealedStorage(new MemoryStorage(), await newKey());
    const large = storage.commit([{ put: "a", value: new Uint8Array(2 ** 24) }]);
    const small = storage.commit([{ put: "a", value: new Uint8Array(1) }]);
    const read = storage.get("a");
    await Promise.all([large, small]);
    expect([(await read)!.length, (await storage.get("a"))!.length]).toEqual([1, 1]);
  });

  it("one value that is written twice is never the same bytes", async () => {
    const disk = new MemoryDisk();
    const storage = new SealedStorage(new MemoryStorage(disk), await newKey());
    const seen = new Set<string>();
    for (let n = 0; n < 50; n++) {
      await storage.commit([{ put: "a", value: new Uint8Array(8) }]);
      seen.add(disk.records.get("a")!.slice(1, 13).join());
    }
    expect(seen.size).toBe(50);
  });
});
