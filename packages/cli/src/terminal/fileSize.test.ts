import { describe, expect, it } from "vitest";
import { fileSize } from "./fileSize.js";

describe("a file's size", () => {
  it("has two or three digits and a unit", () => {
    const sizes = [0, 1, 999, 1000, 1234, 9949, 9950, 999_499, 999_500, 1_250_000, 64 * 1024 * 1024, 4e9, 3e15];
    expect(sizes.map(fileSize)).toEqual([
      "0 bytes",
      "1 byte",
      "999 bytes",
      "1.0 kB",
      "1.2 kB",
      "9.9 kB",
      "10 kB",
      "999 kB",
      "1.0 MB",
      "1.3 MB",
      "67 MB",
      "4.0 GB",
      "3000 TB",
    ]);
  });
});
