import { decode, encode, type Writer } from "@conclave/codec";
import { nodeCrypto } from "@conclave/crypto/node";
import { describe, expect, it } from "vitest";
import { CipherSuite } from "./cipherSuite.js";
import type { Sender } from "./framing.js";
import { isWithinLifetime } from "./leafValidation.js";
import type { LeafNode } from "./leafNode.js";
import { MlsError } from "./mlsError.js";
import type { Proposal } from "./proposal.js";
import { limitProposals } from "./proposalLimit.js";
import { validateCombination, validateSender } from "./proposalList.js";
import { readNode, writeParentNode } from "./treeNode.js";

/** "ok", or the code of what is thrown. */
function codeOf(check: () => unknown): string {
  try {
    check();
    return "ok";
  } catch (error) {
    if (error instanceof MlsError) return error.code;
    throw error;
  }
}

const remove: Proposal = { type: "remove", removed: 2 };
const init: Proposal = { type: "external_init", kemOutput: new Uint8Array(32) };
const update = { type: "update", leafNode: {} as LeafNode } as const;
const add = { type: "add", keyPackage: {} } as unknown as Proposal;

describe("who proposes what, and how much", () => {
  const senders: Record<Sender["type"], Sender> = {
    member: { type: "member", leafIndex: 1 },
    external: { type: "external", senderIndex: 1 },
    new_member_proposal: { type: "new_member_proposal" },
    new_member_commit: { type: "new_member_commit" },
  };

  it("RULE mls.proposal-sender: to each kind of sender its own kinds of proposal", () => {
    const may = (sender: Sender["type"], externalCommit = false) =>
      [add, remove, update, init].map((proposal) =>
        codeOf(() => validateSender(proposal, senders[sender], externalCommit)),
      );
    const no = "proposal_sender";
    expect(may("member")).toEqual(["ok", "ok", "ok", no]);
    expect(may("external")).toEqual(["ok", "ok", no, no]);
    expect(may("new_member_proposal")).toEqual(["ok", no, no, no]);
    expect(may("new_member_commit")).toEqual([no, no, no, no]);
    expect(may("new_member_commit", true)).toEqual(["ok", "ok", "ok", "ok"]);
  });

  it("RULE mls.bounded-proposals: 32 that wait are each sender's own, and one sender's do not count as another's", () => {
    const waiting = (sender: Sender, count: number) =>
      Array.from({ length: count }, () => ({ proposal: remove, sender, byReference: true }));
    for (const sender of Object.values(senders)) {
      expect(codeOf(() => limitProposals(waiting(sender, 31), sender, remove))).toBe("ok");
      expect(codeOf(() => limitProposals(waiting(sender, 32), sender, remove))).toBe("too_many_proposals");
      for (const other of Object.values(senders)) {
        if (other === sender) continue;
        expect(codeOf(() => limitProposals(waiting(other, 99), sender, remove))).toBe("ok");
      }
    }
    const neighbour: Sender = { type: "member", leafIndex: 2 };
    expect(codeOf(() => limitProposals(waiting(neighbour, 99), senders.member, remove))).toBe("ok");
    const stranger: Sender = { type: "external", senderIndex: 2 };
    expect(codeOf(() => limitProposals(waiting(stranger, 99), senders.external, remove))).toBe("ok");
  });

  it("RULE mls.one-change-per-leaf, RULE mls.reinit-version: as the whole list says", () => {
    const suite = CipherSuite.of(1, nodeCrypto);
    const combined = (...list: { proposal: Proposal; sender?: Sender }[]) =>
      codeOf(() => {
        const sent = list.map(({ proposal, sender }) => ({
          ...{ proposal, byReference: true },
          sender: sender ?? senders.member,
        }));
        validateCombination(suite, sent, 0);
      });
    const from = (leafIndex: number) => ({ proposal: update, sender: { type: "member", leafIndex } as const });
    expect(combined(from(1), from(2), { proposal: { type: "remove", removed: 3 } })).toBe("ok");
    expect(combined(from(1), from(1))).toBe("duplicate_target");
    expect(combined(from(2), { proposal: remove })).toBe("duplicate_target");
    expect(combined({ proposal: remove }, { proposal: { type: "remove", removed: 1 } })).toBe("ok");
    const extensions = { type: "group_context_extensions", extensions: [] } as const;
    expect(combined({ proposal: remove }, { proposal: extensions, sender: { type: "member", leafIndex: 4 } })).toBe(
      "ok",
    );
    const reinit = (version: number) => ({
      proposal: { type: "reinit", groupId: new Uint8Array(1), version, cipherSuite: 1, extensions: [] } as const,
    });
    expect([combined(reinit(1)), combined(reinit(0))]).toEqual(["ok", "unsupported_version"]);
  });
});

describe("a key package's time", () => {
  it("begins and ends with the second that it names", () => {
    const leaf = {
      source: { type: "key_package", lifetime: { notBefore: 10n, notAfter: 20n } },
    } as unknown as LeafNode;
    expect([9n, 10n, 20n, 21n].map((now) => isWithinLifetime(leaf, now))).toEqual([false, true, true, false]);
    expect(isWithinLifetime({ source: { type: "update" } } as unknown as LeafNode, 1n)).toBe(true);
  });
});

describe("a node of a tree", () => {
  const parent = (unmergedLeaves: number[]) => {
    const bytes = encode(
      { encryptionKey: new Uint8Array(32), parentHash: new Uint8Array(0), unmergedLeaves },
      (writer: Writer, node) => writeParentNode(writer.u8(2), node),
    );
    return bytes;
  };
  const read = (bytes: Uint8Array) =>
    codeOf(() => {
      const decoded = decode(bytes, readNode);
      if (!decoded.ok) throw decoded.error;
    });

  it("RULE mls.unmerged-sorted: lists its unmerged leaves in order, none twice", () => {
    expect([[], [3], [1, 2, 9]].map((leaves) => read(parent(leaves)))).toEqual(["ok", "ok", "ok"]);
    expect(
      [
        [2, 1],
        [1, 1],
        [1, 3, 2],
        [1, 2, 2],
      ].map((leaves) => read(parent(leaves))),
    ).toEqual(Array.from({ length: 4 }, () => "bad_tree"));
  });

  it("is a leaf or a parent, and nothing else", () => {
    const other = parent([]);
    other[0] = 3;
    expect(read(other)).toBe("malformed");
  });
});
