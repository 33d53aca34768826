import { describe, expect, it } from "vitest";
import { RatchetTree } from "../src/ratchetTree.js";
import { leafToNode } from "../src/treeMath.js";
import { inside, keyPackage, room } from "./hostileMember.js";

describe("the tree hashes that a tree remembers", () => {
  it("forget a leaf that comes into a part that was blanked and hashed before, in one commit", () => {
    const { suite, tree } = inside(room().alice);
    const whole = RatchetTree.decode(tree.encode());
    const people = Array.from({ length: 60 }, (_, at) => keyPackage(`newcomer ${at}`).keyPackage.leafNode);
    whole.addLeaves(people);
    whole.settle();
    const emptied = () => {
      const fork = whole.fork();
      // Leaves 16 to 31 are a subtree of their own, with others on both sides.
      for (let leaf = 16; leaf < 32; leaf++) fork.removeLeaf(leaf);
      return { fork, hash: fork.treeHash(suite) };
    };
    // From the second time on, the hash of the blank part is known without those below it.
    expect(emptied().hash).toEqual(emptied().hash);
    const { fork, hash: blanked } = emptied();
    expect(blanked).toEqual(RatchetTree.decode(fork.encode()).treeHash(suite));
    fork.set(leafToNode(20), { type: "leaf", leaf: keyPackage("late").keyPackage.leafNode });
    expect(fork.treeHash(suite)).not.toEqual(blanked);
    expect(fork.treeHash(suite)).toEqual(RatchetTree.decode(fork.encode()).treeHash(suite));
  });
});
