import { encode } from "@conclave/codec";
import { describe, expect, it } from "vitest";
import { ExtensionType } from "../src/extension.js";
import { signFramedContent } from "../src/framing.js";
import { Group } from "../src/index.js";
import { leafNodeTbs, writeCredential } from "../src/leafNode.js";
import { decodeMessage, encodeMessage } from "../src/mlsMessage.js";
import type { Proposal } from "../src/proposal.js";
import {
  altered,
  application,
  code,
  commitOf,
  engine,
  forge,
  inside,
  keyPackage,
  leaf,
  ok,
  random,
  room,
  suite,
  text,
} from "./hostileMember.js";

describe("lists of proposals (RFC 9420 §12.2)", () => {
  const refused = (proposals: Proposal[], expected: string, title: string) => {
    it(title, () => {
      const { alice, bob } = room();
      expect(
        code(
          bob.stage(
            altered(alice, ({ path }) => ({
              proposals: proposals.map((proposal) => ({ type: "proposal", proposal })),
              path,
            })),
          ),
        ),
      ).toBe(expected);
    });
  };
  const psk = (nonce = 32, usage: "application" | "branch" = "application") =>
    ({
      type: "psk",
      psk: { type: "resumption", usage, groupId: text("room"), epoch: 1n, nonce: new Uint8Array(nonce) },
    }) as const;
  const reinit = { type: "reinit", groupId: text("next"), version: 1, cipherSuite: 1, extensions: [] } as const;
  refused([{ type: "remove", removed: 0 }], "self_remove", "RULE mls.self-remove");
  refused([{ type: "remove", removed: 3 }], "blank_leaf", "RULE mls.remove-member");
  refused(
    [
      { type: "remove", removed: 2 },
      { type: "remove", removed: 2 },
    ],
    "duplicate_target",
    "RULE mls.one-change-per-leaf",
  );
  refused(
    [{ type: "external_init", kemOutput: new Uint8Array(32) }],
    "proposal_sender",
    "RULE mls.proposal-sender: a member sends no ExternalInit",
  );
  refused([psk(), psk()], "duplicate_psk", "RULE mls.psk-once");
  refused([psk(31)], "bad_psk", "RULE mls.psk-nonce");
  refused([psk(32, "branch")], "bad_psk", "RULE mls.psk-usage");
  refused([reinit, { type: "remove", removed: 2 }], "proposal_combination", "RULE mls.reinit-alone");
  const extensions = { type: "group_context_extensions", extensions: [] } as const;
  refused([extensions, extensions], "proposal_combination", "RULE mls.one-extensions-proposal");

  it("RULE mls.own-update: neither by value nor by reference", () => {
    const { alice, bob } = room();
    const leafNode = inside(alice).tree.leaf(0)!;
    expect(code(bob.stage(forge(alice, commitOf([{ type: "update", leafNode }]))))).toBe("own_update");
    const parked = alice.proposeUpdate({ wireFormat: "public" });
    bob.apply(ok(bob.stage(parked.message)));
    expect(code(alice.commit({ references: [alice.pendingProposals()[0]!.ref] }))).toBe("own_update");
  });
  it("RULE mls.update-new-key: an Update with the old key is refused", () => {
    const { alice, bob, carol } = room();
    const { tree, state } = inside(bob);
    const content = { ...tree.leaf(1)!, source: { type: "update" as const } };
    const tbs = leafNodeTbs(content, state.context.groupId, 1);
    const leafNode = { ...content, signature: suite.signWithLabel(state.signaturePrivateKey, "LeafNodeTBS", tbs) };
    const parked = forge(bob, { type: "proposal", proposal: { type: "update", leafNode } });
    for (const group of [alice, carol]) group.apply(ok(group.stage(parked)));
    expect(code(alice.commit({ references: [alice.pendingProposals()[0]!.ref] }))).toBe("same_encryption_key");
  });
  it("RULE mls.known-reference: a reference to nothing is refused", () => {
    const { alice, bob } = room();
    const unknown = altered(alice, ({ path }) => ({
      proposals: [{ type: "reference", reference: new Uint8Array(32) }],
      path,
    }));
    expect(code(bob.stage(unknown))).toBe("unknown_proposal");
  });
  it("RULE mls.external-commit: an outsider's commit carries nothing but its own joining", () => {
    const { alice, bob } = room();
    const joined = ok(Group.joinExternal(engine, { groupInfo: alice.view.groupInfo(), leaf: leaf("mallory") }));
    const item = decodeMessage(joined.message);
    if (item.wireFormat !== "public" || item.message.content.content.type !== "commit") throw new Error("not a commit");
    const { commit } = item.message.content.content;
    const extra: Proposal = { type: "add", keyPackage: keyPackage("friend").keyPackage };
    const { content } = item.message;
    const greedy = {
      ...content,
      content: {
        type: "commit" as const,
        commit: { ...commit, proposals: [...commit.proposals, { type: "proposal" as const, proposal: extra }] },
      },
    };
    const key = inside(joined.group).state.signaturePrivateKey;
    const signature = signFramedContent(suite, "public", greedy, inside(alice).state.context, key);
    const message = {
      content: greedy,
      auth: { signature, confirmationTag: item.message.auth.confirmationTag },
      membershipTag: null,
    };
    expect(code(bob.stage(encodeMessage({ wireFormat: "public", message })))).toBe("proposal_combination");
    expect(code(bob.stage(joined.message))).toBe("ok");
  });

  refused([{ ...reinit, version: 0 }], "unsupported_version", "RULE mls.reinit-version");

  it("RULE mls.external-sender-credential: the application vouches for who may propose from outside", () => {
    const { alice, bob } = room();
    const credential = { type: "basic", identity: text("bridge") } as const;
    const data = encode(credential, (w) =>
      w.vector([random(32)], (x, key) => writeCredential(x.opaque(key), credential)),
    );
    const extensions = [{ type: ExtensionType.externalSenders, data }];
    const { message } = ok(alice.commit({ proposals: [{ type: "group_context_extensions", extensions }] }));
    application.vouch = (name) => name !== "bridge";
    expect(code(bob.stage(message))).toBe("invalid_credential");
    application.vouch = () => true;
    expect(code(bob.stage(message))).toBe("ok");
  });
});
