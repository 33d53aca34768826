import { expect, it } from "vitest";
import { MemoryStorage } from "../memory/memoryStorage.js";
import { HomeRecords, recordWrites } from "./homeRecords.js";

const bytes = (n: number) => new Uint8Array([n]);

it("a program's records are its own: kept, listed by how they begin, deleted, and apart from the client's", async () => {
  const storage = new MemoryStorage();
  await storage.commit([{ put: "identity", value: bytes(9) }]);
  const records = new HomeRecords(storage);
  await records.commit([
    { key: "a/1", value: bytes(1) },
    { key: "a/2", value: bytes(2) },
    { key: "b", value: bytes(3) },
  ]);
  expect(await records.list("a/")).toEqual([
    { key: "a/1", value: bytes(1) },
    { key: "a/2", value: bytes(2) },
  ]);
  await records.commit([
    { key: "a/1", value: null },
    { key: "a/2", value: bytes(4) },
  ]);
  expect((await records.list("")).map(({ key, value }) => [key, value[0]])).toEqual([
    ["a/2", 4],
    ["b", 3],
  ]);
  expect(await storage.get("identity")).toEqual(bytes(9));
});

it("a record without a key, or with one that no storage takes, is refused, and nothing of the change is kept", async () => {
  const storage = new MemoryStorage();
  const records = new HomeRecords(storage);
  for (const key of ["", "é".repeat(3), "x".repeat(10_000)]) {
    expect(() =>
      recordWrites([
        { key: "good", value: bytes(1) },
        { key, value: bytes(1) },
      ]),
    ).toThrow(RangeError);
    await expect(
      records.commit([
        { key: "good", value: bytes(1) },
        { key, value: bytes(1) },
      ]),
    ).rejects.toThrow(RangeError);
  }
  expect(await records.list("")).toEqual([]);
});
