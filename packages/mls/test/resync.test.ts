import { toHex } from "@conclave/codec";
import { describe, expect, it } from "vitest";
import { signFramedContent } from "../src/framing.js";
import { Group, type StagedCommit } from "../src/index.js";
import { decodeMessage, encodeMessage } from "../src/mlsMessage.js";
import type { Proposal } from "../src/proposal.js";
import { code, engine, inside, keyPackage, leaf, lifetime, ok, suite, text } from "./hostileMember.js";

/** A group of so many; everyone has committed once where `warm`, so that the tree has no unmerged leaves. */
function groupOf(count: number, warm: boolean): Group[] {
  const { group: first } = Group.create(engine, {
    groupId: text("room"),
    suite: 1,
    leaf: { ...leaf("0"), lifetime },
    extensions: [],
  });
  const all = [first];
  for (let n = 1; n < count; n++) {
    const bundle = keyPackage(String(n));
    const made = ok(first.commit({ proposals: [{ type: "add", keyPackage: bundle.keyPackage }] }));
    deliver(all.slice(1), made.message);
    first.apply(made.staged);
    all.push(ok(Group.join(engine, { welcome: made.welcome!, keyPackage: bundle })).group);
  }
  if (warm) for (const each of all) rekey(all, each);
  return all;
}

function deliver(to: readonly Group[], message: Uint8Array): void {
  for (const group of to) group.apply(ok(group.stage(message)));
}

function rekey(all: readonly Group[], by: Group): void {
  const made = ok(by.commit({}));
  deliver(
    all.filter((each) => each !== by),
    made.message,
  );
  by.apply(made.staged);
}

function agree(all: readonly Group[]): void {
  expect(new Set(all.map((each) => toHex(each.epochAuthenticator))).size).toBe(1);
  expect(new Set(all.map((each) => toHex(each.view.ratchetTree()))).size).toBe(1);
}

/** An external commit with these proposals beside its ExternalInit, signed rightly by the newcomer. */
function forged(all: readonly Group[], proposals: readonly Proposal[]): Uint8Array {
  const joined = ok(Group.joinExternal(engine, { groupInfo: all[0]!.view.groupInfo(), leaf: leaf("anew"), resync: 1 }));
  const item = decodeMessage(joined.message);
  if (item.wireFormat !== "public" || item.message.content.content.type !== "commit") throw new Error("not a commit");
  const { content, auth } = item.message;
  const { commit } = item.message.content.content;
  const [init] = commit.proposals;
  const listed = [init!, ...proposals.map((proposal) => ({ type: "proposal" as const, proposal }))];
  const changed = { ...content, content: { type: "commit" as const, commit: { ...commit, proposals: listed } } };
  const key = inside(joined.group).state.signaturePrivateKey;
  const signature = signFramedContent(suite, "public", changed, inside(all[0]!).state.context, key);
  const message = { content: changed, auth: { signature, confirmationTag: auth.confirmationTag }, membershipTag: null };
  return encodeMessage({ wireFormat: "public", message });
}

describe("an external commit that takes an old leaf of its sender out (RFC 9420 §12.4.3.2)", () => {
  it("from every place of trees of every shape: all agree, go on, and the old one reads nothing more", () => {
    for (const warm of [false, true]) {
      for (const count of [1, 2, 3, 5]) {
        for (const lost of new Set([0, count >> 1, count - 1])) {
          const all = groupOf(count, warm);
          const gone = all[lost]!;
          const place = inside(gone).state.ownLeaf;
          const host = all[(lost + 1) % count]!;
          const joined = ok(
            Group.joinExternal(engine, { groupInfo: host.view.groupInfo(), leaf: leaf("anew"), resync: place }),
          );
          const rest = all.filter((each) => each !== gone);
          const out = ok(gone.stage(joined.message)) as StagedCommit;
          expect([out.selfRemoved, out.next, out.removes.map(({ leafIndex }) => leafIndex)]).toEqual([
            true,
            null,
            [place],
          ]);
          deliver(rest, joined.message);
          const now = [...rest, joined.group];
          agree(now);
          // The leftmost blank place, after the Remove: the one that became free.
          expect(inside(joined.group).state.ownLeaf).toBe(place);
          expect([...joined.group.view.members()]).toHaveLength(count);
          rekey(now, joined.group);
          if (rest[0]) rekey(now, rest[0]);
          agree(now);
          gone.apply(out);
          expect(code(gone.stage(joined.group.encrypt(text("hi")).message))).toBe("removed");
        }
      }
    }
  });

  it("takes the leftmost place where somebody is gone already, and the tree that shrinks grows no more than it has to", () => {
    const all = groupOf(5, true);
    const made = ok(all[0]!.commit({ proposals: [{ type: "remove", removed: 1 }] }));
    deliver([all[2]!, all[3]!, all[4]!], made.message);
    all[0]!.apply(made.staged);
    const joined = ok(
      Group.joinExternal(engine, { groupInfo: all[0]!.view.groupInfo(), leaf: leaf("anew"), resync: 4 }),
    );
    const rest = [all[0]!, all[2]!, all[3]!];
    deliver(rest, joined.message);
    const now = [...rest, joined.group];
    agree(now);
    expect(now.map((each) => inside(each).state.ownLeaf)).toEqual([0, 2, 3, 1]);
    expect(inside(joined.group).tree.leafWidth).toBe(4);
    rekey(now, joined.group);
    agree(now);
  });

  it("RULE mls.external-commit: one Remove, and of a leaf that is there", () => {
    const all = groupOf(4, true);
    const bob = all[3]!;
    const remove = (removed: number): Proposal => ({ type: "remove", removed });
    expect(code(bob.stage(forged(all, [remove(1), remove(2)])))).toBe("proposal_combination");
    expect(code(bob.stage(forged(all, [remove(1), remove(1)])))).toBe("proposal_combination");
    for (const nobody of [4, 7, 8, 2 ** 31, 2 ** 32 - 1])
      expect([nobody, code(bob.stage(forged(all, [remove(nobody)])))]).toEqual([nobody, "blank_leaf"]);
    // Another leaf than the one that the path was made for.
    expect(code(bob.stage(forged(all, [remove(2)])))).not.toBe("ok");
    expect(code(bob.stage(forged(all, [remove(1)])))).toBe("ok");
  });
});
