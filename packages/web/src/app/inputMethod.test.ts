import { describe, expect, it } from "vitest";
import { isOfInputMethod } from "./inputMethod.js";

describe("a key of an input method", () => {
  it.each([
    ["while one composes", { isComposing: true, keyCode: 13 }, true],
    ["that confirms, as Safari tells it", { isComposing: false, keyCode: 229 }, true],
    ["that is just Enter", { isComposing: false, keyCode: 13 }, false],
  ])("%s", (_which, event, is) => {
    expect(isOfInputMethod(event)).toBe(is);
  });
});
