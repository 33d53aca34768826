import type { TimelineMessage } from "@conclave/client";
import { describe, expect, it } from "vitest";
import { previewOf } from "./preview.js";

const said = (text: string) =>
  previewOf({
    kind: "text",
    body: new TextEncoder().encode(text),
    edited: null,
    deleted: null,
  } as unknown as TimelineMessage);

describe("one line of a message", () => {
  it("has the words without the marks of formatting, on one line", () => {
    expect(said("**All** of _it_, ~~most~~ `some`")).toBe("All of it, most some");
    expect(said("Bob wrote:\n> The tap opens at *7*.")).toBe("Bob wrote: The tap opens at 7.");
    expect(said("- soup\n- bread\n```js\nlet soup;\n```")).toBe("soup bread let soup;");
  });

  it("leaves alone what is no mark", () => {
    expect(said("2*3*4 and snake_case_name # 5 > 4")).toBe("2*3*4 and snake_case_name # 5 > 4");
  });

  it("is cleaned of what turns a line, and short", () => {
    expect(said("**a\u202Eb**")).not.toContain("\u202E");
    expect(said("word ".repeat(1000)).length).toBeLessThanOrEqual(161);
  });
});
