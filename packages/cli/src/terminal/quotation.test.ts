import { expect, it } from "vitest";
import { displayWidth } from "./displayWidth.js";
import { quotation } from "./quotation.js";

it("RULE cli.quotation: A78: every row that a terminal shows of what somebody wrote has a mark before it", () => {
  const ours = "You are in this room already.";
  const texts = [
    `Hello!\n${ours}`,
    `Hello!${" ".repeat(74)}${ours}`,
    `${"x".repeat(76)}${ours}`,
    `\r${ours}`,
    "字".repeat(90),
  ];
  for (const columns of [10, 40, 80, 200]) {
    for (const text of texts) {
      const rows = quotation(text, { indent: "  ", stream: { isTTY: true, columns } });
      for (const row of rows) {
        expect(row.startsWith("  > ")).toBe(true);
        expect(displayWidth(row)).toBeLessThanOrEqual(Math.min(columns, 80));
      }
    }
  }
  const piped = { indent: "", stream: { isTTY: false, columns: 0 } };
  expect(quotation("Hello!\nWe meet on Saturday.", piped)).toEqual(["> Hello!", "> We meet on Saturday."]);
  expect(quotation(" \n\u200b ", piped)).toEqual([]);
});
