import { beforeAll, describe, expect, it } from "vitest";
import { type Result, runLab } from "./lab.js";

const SIZES = [4, 10, 30];
const SECOND = 1000;

// What docs/why.md says of the constructions, held against a run: orders and crossings, never milliseconds.
describe("the constructions side by side", () => {
  let results: Result[];
  const of = (id: string) => results.find((each) => each.id === id)!;
  const uploaded = (id: string, what: "add" | "say" | "remove") => of(id).costs.map((each) => each[what].uploaded);

  beforeAll(async () => {
    results = await runLab(SIZES);
  }, 120 * SECOND);

  it("lets the server walk in where it keeps the list, and nowhere else", () => {
    for (const { id, attacks } of results)
      expect(attacks.serverAddsKey, id).toBe(id === "server-list" ? "works" : "fails");
  });

  it("lets a removed member read on, or an old list return, only where the server keeps the list", () => {
    for (const { id, attacks } of results) {
      expect(attacks.removedReadsOn, id).toBe(id === "server-list" ? "works" : "fails");
      expect(attacks.oldListReplayed, id).toBe(id === "server-list" ? "works" : "fails");
    }
  });

  it("shows two lists to somebody where keys follow from the list, and to nobody where they do not", () => {
    const endings = Object.fromEntries(results.map(({ id, attacks }) => [id, attacks.twoLists]));
    expect(endings).toEqual({
      "server-list": "works",
      "group-key": "shows",
      hub: "fails",
      pairwise: "works",
      "sender-keys": "works",
      "mls-x25519": "shows",
      "mls-xwing": "shows",
    });
  });

  it("goes silent without its owner only as a hub, and removes without the owner only by MLS and a roster", () => {
    for (const { id, attacks } of results) {
      expect(attacks.ownerAway.talk, id).toBe(id !== "hub");
      expect(attacks.ownerAway.remove, id).toBe(id.startsWith("mls"));
    }
  });

  it("costs the same for each message by group key, sender keys and MLS, and more with each person by hub and pairs", () => {
    for (const id of ["server-list", "group-key", "sender-keys", "mls-x25519", "mls-xwing"]) {
      const bytes = uploaded(id, "say");
      expect(Math.max(...bytes) - Math.min(...bytes), id).toBeLessThan(100);
    }
    for (const id of ["hub", "pairwise"]) {
      const bytes = uploaded(id, "say");
      expect(bytes[2]! / bytes[0]!, id).toBeGreaterThan(3);
    }
  });

  it("removes for less by MLS with X25519 than by a group key from between 10 and 30 people on", () => {
    const [, tenKey, thirtyKey] = uploaded("group-key", "remove");
    const [, tenMls, thirtyMls] = uploaded("mls-x25519", "remove");
    expect(tenMls).toBeGreaterThan(tenKey!);
    expect(thirtyMls).toBeLessThan(thirtyKey!);
  });

  it("makes small rooms pay for the hybrid: over six times the bytes of X25519, and more than any other way", () => {
    const hybrid = uploaded("mls-xwing", "remove");
    const classic = uploaded("mls-x25519", "remove");
    hybrid.forEach((bytes, at) => expect(bytes / classic[at]!).toBeGreaterThan(6));
    for (const id of ["server-list", "group-key", "hub", "pairwise", "sender-keys"])
      expect(uploaded(id, "remove")[1]!, id).toBeLessThan(hybrid[1]!);
  });

  it("removes in a hub without a byte, and by sender keys with the square of the people", () => {
    expect(uploaded("hub", "remove")).toEqual([0, 0, 0]);
    const [, ten, thirty] = uploaded("sender-keys", "remove");
    expect(thirty! / ten!).toBeGreaterThan(6);
  });
});
