import { preset } from "@conclave/client/pure";
import { describe, expect, it } from "vitest";
import { mayBegin } from "./mayBegin.js";

describe("what a screen offers", () => {
  it("follows the room's policy and one's role", () => {
    const offered = (name: Parameters<typeof preset>[0], role: "member" | "admin" | "owner") =>
      (["add", "remove", "setRole", "invite"] as const).filter((matter) => mayBegin(preset(name), matter, role));
    expect(offered("ownerLed", "owner")).toEqual(["add", "remove", "setRole", "invite"]);
    expect(offered("ownerLed", "admin")).toEqual([]);
    expect(offered("admins", "admin")).toEqual(["add", "remove", "setRole", "invite"]);
    expect(offered("admins", "member")).toEqual([]);
    expect(offered("everyoneAgrees", "member")).toContain("remove");
    expect(offered("sealed", "owner")).toEqual([]);
    expect(mayBegin(null, "add", "owner")).toBe(false);
    expect(mayBegin(preset("ownerLed"), "add", null)).toBe(false);
  });
});
