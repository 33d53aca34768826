import { preset } from "@conclave/client/pure";
import { describe, expect, it } from "vitest";
import { mayBegin, needsOthers } from "./mayBegin.js";

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

  it("says beforehand when others have to agree", () => {
    const needs = (name: Parameters<typeof preset>[0], people: readonly ("member" | "admin" | "owner")[]) =>
      needsOthers(preset(name, 2), "remove", people[0]!, people);
    expect(needs("ownerLed", ["owner", "member"])).toBe(false);
    expect(needs("admins", ["owner", "member"])).toBe(false);
    expect(needs("admins", ["owner", "admin", "member"])).toBe(true);
    expect(needs("everyoneAgrees", ["owner", "member"])).toBe(false);
    expect(needsOthers(preset("everyoneAgrees"), "setRole", "owner", ["owner", "member"])).toBe(true);
  });
});
