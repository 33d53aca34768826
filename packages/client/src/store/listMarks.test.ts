import { describe, expect, it } from "vitest";
import { decodeListMarks, encodeListMarks, UNMARKED } from "./listMarks.js";

describe("list marks", () => {
  it("come back as they were kept; damaged bytes are refused", () => {
    for (const marks of [UNMARKED, { isPinned: true, isUnread: true, archivedAt: 70_000 }]) {
      expect(decodeListMarks(encodeListMarks(marks))).toEqual(marks);
    }
    expect(() => decodeListMarks(new Uint8Array([1, 0]))).toThrow(TypeError);
  });
});
