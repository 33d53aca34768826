import { describe, expect, it } from "vitest";
import { generateKeyPackage, Group, messageHeader, type StagedCommit } from "../src/index.js";
import type { Proposal } from "../src/proposal.js";
import { capabilities, code, engine, keyPackage, leaf, ok, random, room, text } from "./hostileMember.js";

/** What a staged commit says of itself, without the epoch after it. */
function said({ next: _n, delta: _d, internal: _i, ...rest }: StagedCommit) {
  return rest;
}

function deliver(message: Uint8Array, ...groups: Group[]): void {
  for (const group of groups) group.apply(ok(group.stage(message)));
}

describe("what a staged commit says", () => {
  it("is what it does, the same at its author and at who receives it", () => {
    for (const wireFormat of ["private", "public"] as const) {
      const { alice, bob, carol } = room();
      deliver(carol.proposeUpdate({ wireFormat }).message, alice, bob);
      const proposal: Proposal = { type: "add", keyPackage: keyPackage("dave").keyPackage };
      deliver(bob.propose(proposal, { wireFormat }).message, alice, carol);
      const psk = { type: "external", id: text("k"), nonce: random(32) } as const;
      const before = [0, 1, 2].map((index) => alice.view.leaf(index)!);
      const made = ok(
        alice.commit({
          proposals: [
            { type: "psk", psk },
            { type: "remove", removed: 1 },
          ],
          includeReferenced: true,
          authenticatedData: text("said beside"),
          wireFormat,
        }),
      );
      const received = ok(carol.stage(made.message)) as StagedCommit;
      expect(said(received)).toEqual(said(made.staged));
      const { next } = received;
      expect(said(received)).toEqual({
        kind: "commit",
        epoch: 1n,
        sender: { type: "member", leafIndex: 0 },
        senderLeaf: before[0],
        authenticatedData: text("said beside"),
        adds: [{ leafIndex: 1, leafNode: next!.leaf(1)! }],
        removes: [{ leafIndex: 1, leafNode: before[1] }],
        updates: [
          { leafIndex: 2, before: before[2], after: next!.leaf(2)! },
          { leafIndex: 0, before: before[0], after: next!.leaf(0)! },
        ],
        extensions: null,
        usesPsk: true,
        reInit: null,
        referencedProposals: 2,
        hasPath: true,
        selfRemoved: false,
      });
      // Who is removed is told as much, and that there is nothing after it for them.
      const gone = ok(bob.stage(made.message)) as StagedCommit;
      expect({ ...said(gone), selfRemoved: false }).toEqual(said(received));
      expect([gone.selfRemoved, gone.next]).toEqual([true, null]);
    }
  });

  it("of one that changes nothing but keys, and of one without new keys", () => {
    const { alice, bob } = room();
    const rekey = ok(alice.commit({}));
    expect(rekey.welcome).toBeNull();
    const plain = { adds: [], removes: [], extensions: null, usesPsk: false, reInit: null, referencedProposals: 0 };
    expect(said(ok(bob.stage(rekey.message)) as StagedCommit)).toMatchObject({ ...plain, hasPath: true });
    const add = { type: "add", keyPackage: keyPackage("dave").keyPackage } as const;
    const adding = ok(alice.commit({ proposals: [add], forcePath: false }));
    const received = ok(bob.stage(adding.message)) as StagedCommit;
    expect(said(received)).toEqual(said(adding.staged));
    expect(received).toMatchObject({ hasPath: false, updates: [] });
    expect(adding.welcome).not.toBeNull();
  });

  it("of new extensions, of a ReInit and of somebody who comes in by themselves", () => {
    const knows = { capabilities: { ...capabilities, extensions: [0xf0c1] } };
    const founder = { ...leaf("alice"), ...knows, lifetime: { notBefore: 0n, notAfter: 9n } };
    const { group: alice } = Group.create(engine, { groupId: text("r"), suite: 1, leaf: founder, extensions: [] });
    const bundle = keyPackage("bob", knows);
    const added = ok(alice.commit({ proposals: [{ type: "add", keyPackage: bundle.keyPackage }] }));
    alice.apply(added.staged);
    const { group: bob } = ok(Group.join(engine, { welcome: added.welcome!, keyPackage: bundle }));
    const extensions = [{ type: 0xf0c1, data: text("x") }];
    const changing = ok(alice.commit({ proposals: [{ type: "group_context_extensions", extensions }] }));
    const changed = ok(bob.stage(changing.message)) as StagedCommit;
    expect(said(changed)).toEqual(said(changing.staged));
    expect([changed.extensions, changed.next!.extensions]).toEqual([extensions, extensions]);
    const reInit = { type: "reinit", groupId: text("n"), version: 1, cipherSuite: 1, extensions: [] } as const;
    const ending = ok(alice.commit({ proposals: [reInit], forcePath: false }));
    const ended = ok(bob.stage(ending.message)) as StagedCommit;
    expect(said(ended)).toEqual(said(ending.staged));
    expect([ended.reInit, ended.hasPath]).toEqual([reInit, false]);
    const joined = ok(
      Group.joinExternal(engine, { groupInfo: alice.view.groupInfo(), leaf: { ...leaf("carol"), ...knows } }),
    );
    const coming = ok(bob.stage(joined.message)) as StagedCommit;
    expect(coming).toMatchObject({
      sender: { type: "new_member_commit", leafIndex: 2 },
      senderLeaf: joined.group.view.leaf(2)!,
      adds: [],
      updates: [],
      hasPath: true,
    });
  });
});

describe("an own message", () => {
  it("is padded as asked, so that its length says little", () => {
    const { alice } = room();
    const length = (data: string, padTo?: number) =>
      alice.encrypt(text(data), padTo === undefined ? {} : { padTo }).message.length;
    expect(length("a", 256)).toBe(length("a".repeat(100), 256));
    expect(length("a".repeat(300), 256)).toBe(length("a", 256) + 256);
    expect(length("a".repeat(100)) - length("a")).toBeGreaterThanOrEqual(99);
    expect(length("a", 0)).toBe(length("a"));
    const commits = [16, 4096].map((padTo) => ok(alice.commit({ padTo })).message.length);
    expect(commits[1]! - commits[0]!).toBeGreaterThan(1000);
  });

  it("uses up a key when it is encrypted, which is to be stored first; in public it uses none", () => {
    const { alice } = room();
    expect(ok(alice.commit({ wireFormat: "public" })).delta).toEqual({ put: [], delete: [] });
    expect(ok(alice.commit({})).delta.put.length).toBeGreaterThan(0);
    const proposed = alice.propose({ type: "remove", removed: 1 }, { wireFormat: "public" }).delta;
    expect(proposed.put.map(([key]) => key.slice(0, 2))).toEqual(["q/"]);
    expect(proposed.delete).toEqual([]);
  });

  it("says in the clear of which group, epoch and kind it is; a Welcome and a GroupInfo say nothing", () => {
    const { alice } = room();
    const add = { type: "add", keyPackage: keyPackage("dave").keyPackage } as const;
    const made = ok(alice.commit({ proposals: [add] }));
    const of = { groupId: text("room"), epoch: 1n };
    expect(messageHeader(made.message)).toEqual({ wireFormat: "private", ...of, contentType: "commit" });
    expect(messageHeader(alice.encrypt(text("x")).message)).toMatchObject({ contentType: "application" });
    const shown = alice.propose({ type: "remove", removed: 1 }, { wireFormat: "public" }).message;
    expect(messageHeader(shown)).toEqual({ wireFormat: "public", ...of, contentType: "proposal" });
    expect([messageHeader(made.welcome!), messageHeader(alice.view.groupInfo())]).toEqual([null, null]);
  });

  it("a Welcome can go without the tree, which then comes beside it", () => {
    const { alice } = room();
    const dave = keyPackage("dave");
    const proposals = [{ type: "add", keyPackage: dave.keyPackage }] as const;
    const { welcome, staged } = ok(alice.commit({ proposals, treeInWelcome: false }));
    expect(code(Group.join(engine, { welcome: welcome!, keyPackage: dave }))).toBe("missing_tree");
    const ratchetTree = staged.next!.ratchetTree();
    const { group } = ok(Group.join(engine, { welcome: welcome!, keyPackage: dave, ratchetTree }));
    alice.apply(staged);
    expect(group.epochAuthenticator).toEqual(alice.epochAuthenticator);
  });

  it("with a clock, commits only those proposals of others that are in time", () => {
    const { alice, bob } = room();
    const old = generateKeyPackage(engine, { ...leaf("dave"), suite: 1, lifetime: { notBefore: 10n, notAfter: 20n } });
    deliver(bob.propose({ type: "add", keyPackage: old.keyPackage }).message, alice);
    deliver(bob.propose({ type: "remove", removed: 2 }).message, alice);
    const many = (now?: bigint) =>
      ok(alice.commit({ includeReferenced: true, ...(now === undefined ? {} : { now }) })).staged.referencedProposals;
    expect([many(), many(10n), many(20n), many(9n), many(21n)]).toEqual([2, 2, 2, 1, 1]);
  });
});
