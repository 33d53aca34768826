import type { Decision } from "@conclave/client";
import { describe, expect, it } from "vitest";
import { oppositeOf } from "./opposite.js";

const [DAVE, ERIN] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];

/** Decisions in order, from these actions. */
function decided(...actions: (readonly [object, Uint8Array?])[]): Decision[] {
  return actions.map(
    ([action, of], seq) => ({ seq, action, person: of ? { person: of } : null }) as unknown as Decision,
  );
}
const role = (to: string) => ({ type: "setRole", person: DAVE, role: to });
const add = (as: string) => ({ type: "add", role: as });
const title = (name: string) => ({ type: "setTitle", title: name });
const newest = (all: Decision[]) => oppositeOf(all.at(-1)!, all);

describe("what takes a decision back", () => {
  it("gives a person the role that they had before", () => {
    expect(newest(decided([add("member"), DAVE], [role("admin"), DAVE]))).toEqual(role("member"));
    expect(newest(decided([add("member"), DAVE], [role("admin"), DAVE], [role("owner"), DAVE]))).toEqual(role("admin"));
  });

  it("RULE web.power-asks: gives nobody power: that is asked first", () => {
    expect(newest(decided([add("member"), DAVE], [role("owner"), DAVE], [role("admin"), DAVE]))).toBe(null);
    expect(newest(decided([add("admin"), DAVE], [role("member"), DAVE]))).toBe(null);
  });

  it("is nothing that says how it was for somebody else, nor where nothing says it", () => {
    expect(newest(decided([add("member"), ERIN], [role("admin"), DAVE]))).toBe(null);
    expect(newest(decided([{ type: "transferOwnership" }, ERIN], [role("admin"), DAVE]))).toBe(null);
    expect(newest(decided([add("steward"), DAVE], [role("admin"), DAVE]))).toBe(null);
  });

  it("is nothing once a later decision has changed the same thing", () => {
    const all = decided([add("member"), DAVE], [role("admin"), DAVE], [role("owner"), DAVE], [role("admin"), ERIN]);
    expect(oppositeOf(all[1]!, all)).toBe(null);
    expect(oppositeOf(all[2]!, all)).toEqual(role("admin"));
    const handed = decided([add("member"), DAVE], [role("admin"), DAVE], [{ type: "transferOwnership" }, DAVE]);
    expect(oppositeOf(handed[1]!, handed)).toBe(null);
  });

  it("gives back the name of before, and nothing of what has no way back", () => {
    expect(newest(decided([title("Garden")], [add("member"), DAVE], [title("Orchard")]))).toEqual(title("Garden"));
    expect(newest(decided([{ type: "charter", title: "Garden" }], [title("Orchard")]))).toEqual(title("Garden"));
    expect(newest(decided([title("Orchard")]))).toBe(null);
    expect(newest(decided([{ type: "setPolicy" }], [{ type: "setPolicy" }]))).toBe(null);
    expect(newest(decided([add("member"), DAVE], [{ type: "remove" }, DAVE]))).toBe(null);
    expect(newest(decided([{ type: "seal" }]))).toBe(null);
  });
});
