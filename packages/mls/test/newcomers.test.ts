import { describe, expect, it } from "vitest";
import { inside, keyPackage, ok, room } from "./hostileMember.js";
import { RatchetTree } from "../src/ratchetTree.js";

describe("newcomers of one commit", () => {
  it("sit where they would sit if they came one by one, unmerged in the same parents, in rising order", () => {
    const { alice, bob } = room();
    const removed = ok(alice.commit({ proposals: [{ type: "remove", removed: 1 }], forcePath: true }));
    alice.apply(removed.staged);
    ok(bob.stage(removed.message));
    // Leaf 1 is blank: the first newcomer sits between those who are there, and the tree grows for the others.
    const leaves = ["dave", "erin", "frank", "gina", "hugo"].map((name) => keyPackage(name).keyPackage.leafNode);
    const [together, apart] = [0, 1].map(() => RatchetTree.decode(inside(alice).tree.encode()));
    expect(together!.addLeaves(leaves)).toEqual([1, 3, 4, 5, 6]);
    for (const leaf of leaves) apart!.addLeaves([leaf]);
    expect(together!.encode()).toEqual(apart!.encode());
    const { suite } = inside(alice);
    expect(together!.treeHash(suite)).toEqual(RatchetTree.decode(apart!.encode()).treeHash(suite));
  });
});
