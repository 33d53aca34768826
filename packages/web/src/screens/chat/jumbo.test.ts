import { expect, it } from "vitest";
import { isJumbo } from "./jumbo.js";

it("shows a few emoji large, and nothing else", () => {
  expect(["🎉", "❤️ 👍", "👩‍🌾", "👍🏽"].map(isJumbo)).toEqual([true, true, true, true]);
  expect(["🎉 hi", "", "1", "🎉🎉🎉🎉", "*🎉*"].map(isJumbo)).toEqual([false, false, false, false, false]);
});
