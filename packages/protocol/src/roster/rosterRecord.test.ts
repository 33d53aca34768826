import { nodeCrypto as crypto } from "@conclave/crypto/node";
import { toHex } from "@conclave/codec";
import { describe, expect, it } from "vitest";
import { Chain } from "./chain.fixture.js";
import { FORGET_AFTER } from "./limit.js";
import { RosterDraft } from "./rosterDraft.js";
import { encodeListedKey, loadRoster, recordKey } from "./rosterRecord.js";

/** A room with everything in it that a roster can hold. */
function eventful() {
  const chain = new Chain(crypto);
  const [gone, banned, last] = [chain.add("Gone"), chain.add("Banned"), chain.add("Last")];
  const { alice } = chain;
  for (const name of ["open", "revoked", "revoked too"])
    chain.must(alice, { type: "createInvite", invite: chain.terms(name) });
  chain.must(alice, chain.allowing("a", "b"));
  chain.must(alice, chain.disallowing("b"));
  chain.must(alice, { type: "remove", person: last.person, ban: false });
  chain.must(alice, { type: "remove", person: banned.person, ban: true });
  chain.must(alice, { type: "remove", person: gone.person, ban: false });
  for (const name of ["revoked", "revoked too"])
    chain.must(alice, { type: "revokeInvite", inviteId: chain.terms(name).inviteId });
  const records = new Map<string, Uint8Array>();
  for (const { delta } of chain.transitions) {
    for (const [key, value] of delta.put) records.set(key, value);
    for (const key of delta.delete) records.delete(key);
  }
  return { chain, gone, banned, last, records };
}

describe("a stored roster", () => {
  it("is what it was, those who left in their order, whatever order the records come in", () => {
    const { chain, records } = eventful();
    const loaded = loadRoster(crypto, [...records, ["x/other", new Uint8Array(3)] as const].reverse());
    expect(loaded).toEqual(chain.roster);
    expect([...loaded.former.keys()]).toEqual([...chain.roster.former.keys()]);
    expect([...loaded.leftAt.keys()]).toEqual([...chain.roster.leftAt.keys()]);
    expect(loaded.listedKeys.size).toBe(1);
  });

  it("without its head, or without what concerns the room, is said to be incomplete", () => {
    const { records } = eventful();
    for (const key of [recordKey.head, recordKey.meta])
      expect(() =>
        loadRoster(
          crypto,
          [...records].filter(([each]) => each !== key),
        ),
      ).toThrow("incomplete");
  });

  it("has no listed key that nobody listed", () => {
    const { chain, records } = eventful();
    const [[name, listed]] = [...chain.roster.listedKeys] as [[string, Parameters<typeof encodeListedKey>[0]]];
    const damaged = encodeListedKey({ ...listed, listers: [chain.alice.person] }).slice();
    expect(loadRoster(crypto, [...records, [recordKey.listedKey(name), damaged]]).listedKeys.size).toBe(1);
    records.set(recordKey.listedKey(name), encodeNobody(damaged));
    expect(() => loadRoster(crypto, records)).toThrow("listed key");
  });

  it("RULE roster.forget: drops who left and which links are over at their time, and who is banned never", () => {
    const { chain, gone, banned, last } = eventful();
    const { roster } = chain;
    const after = (seq: number) => {
      const draft = new RosterDraft(roster);
      draft.forget(seq);
      return draft.finish(crypto);
    };
    const leftSeq = roster.former.get(toHex(gone.person))!.leftSeq;
    const people = (seq: number) => [...after(seq).state.former.values()].map(({ name }) => name);
    expect(people(leftSeq + FORGET_AFTER - 1)).toEqual(["Last", "Banned", "Gone"]);
    expect(people(leftSeq + FORGET_AFTER)).toEqual(["Last", "Banned"]);
    expect(people(roster.former.get(toHex(last.person))!.leftSeq + FORGET_AFTER)).toEqual(["Banned", "Gone"]);
    expect(people(roster.former.get(toHex(banned.person))!.leftSeq + FORGET_AFTER)).toHaveLength(3);
    const [closedSeq] = [...roster.closedAt.keys()];
    const { state, changes } = after(closedSeq! + FORGET_AFTER);
    const id = toHex(chain.terms("revoked").inviteId);
    expect(state.invites.has(id)).toBe(false);
    expect([state.invites.size, state.closedAt.size]).toEqual([2, 1]);
    expect(changes.get(recordKey.invite(id))).toBeNull();
    expect(after(roster.seq + FORGET_AFTER + 1).changes.size).toBe(1);
  });
});

/** A listed key's record without its one lister. */
function encodeNobody(record: Uint8Array): Uint8Array {
  const lister = 32;
  const seqUsedBy = 8 + 1 + 8;
  const rest = record.subarray(record.length - seqUsedBy);
  const start = record.subarray(0, record.length - seqUsedBy - lister);
  const bytes = new Uint8Array([...start, ...rest]);
  bytes[start.length - 1] = 0;
  return bytes;
}
