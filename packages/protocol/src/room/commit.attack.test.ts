import { readdirSync, readFileSync } from "node:fs";
import { Writer } from "@conclave/codec";
import { nodeCrypto } from "@conclave/crypto/node";
import { CipherSuite, encodeMessage, type Extension, ExtensionType, type StagedCommit } from "@conclave/mls";
import { signFramedContent } from "@conclave/mls/testing";
import { describe, expect, it } from "vitest";
import { newDevice, newIdentity } from "../identity/person.js";
import { preset } from "../policy/presets.js";
import { sealRosterRecord } from "../transport/rosterLog.js";
import { bindingOf, roomCapabilities, roomExtensions } from "./binding.js";
import { forgeAppend, forgeCommit, forgeEntry, forgeExternal, inside, stranger } from "./forger.fixture.js";
import { judge, rejectionOf } from "./judge.js";
import { currentRosterKey } from "./keyring.js";
import { beforeCommit } from "./parts.js";
import type { Append, Received } from "./outcome.js";
import { founded, invite, join, NOW, Person, seeded, type TestLog } from "./testRelay.fixture.js";

function threeFriends(policy = preset("owner")) {
  const { alice, log } = founded(policy);
  const secret = invite(alice, log);
  const bob = join(alice, "Bob", log, secret);
  const carol = join(alice, "Carol", log, secret);
  bob.catchUp(log);
  return { alice, bob, carol, log, secret };
}

/** Everybody refuses it, with this code; nothing changes, and honest traffic goes on. */
function expectRefused(log: TestLog, append: Append, victims: readonly Person[], code: string): Received[] {
  expect(log.append(append)).toBe(true);
  const verdicts = victims.map((victim) => {
    const before = { code: victim.room.code(), epoch: victim.room.epoch, seq: victim.room.roster.seq };
    const received = victim.catchUp(log).at(-1)!;
    expect({ code: victim.room.code(), epoch: victim.room.epoch, seq: victim.room.roster.seq }).toEqual(before);
    if (received.kind !== "rejected") throw new Error(`not refused: ${received.kind}`);
    expect(received.rejection.code).toBe(code);
    return received;
  });
  const [first, ...others] = victims;
  expect(first!.act(log, { type: "rekey" })).toBeNull();
  for (const each of [first!, ...others]) each.catchUp(log);
  expect(new Set(victims.map(({ room }) => room.code())).size).toBe(1);
  return verdicts;
}

/** An entry that all would take, its record, and the binding to the roster that it leads to; nothing of it is on its way. */
function honestEntry(person: Person) {
  const made = person.room.act({ type: "setTitle", title: "new" }, { now: NOW });
  if (!made.ok) throw new Error(made.error.code);
  const { transition, roster } = inside(person).pending!.judgement;
  inside(person).pending = null;
  const binding = { type: "group_context_extensions", extensions: roomExtensions(roster) } as const;
  return { entry: transition!.entry, attachment: made.value.append.attachment, binding };
}

const mallory = () => new Person(seeded("mallory"), "Mallory");

/** Where the record of somebody's next entry stands. */
function placeOf(person: Person, { seq }: { readonly seq: number }) {
  return { seq, before: inside(person).keys.record };
}

describe("forged commits", () => {
  it("A2: RULE room.rekey-bare: a member adds or removes somebody without an entry", () => {
    const { alice, bob, carol, log } = threeFriends();
    const { keyPackage } = stranger(mallory(), bob.room);
    const add = forgeCommit(bob, { proposals: [{ type: "add", keyPackage }] });
    const [verdict] = expectRefused(log, add, [alice, carol], "no_record");
    expect(verdict).toMatchObject({ alarm: { code: "REFUSED_CHANGE", person: bob.room.self.person } });
    bob.catchUp(log);
    const remove = forgeCommit(bob, { proposals: [{ type: "remove", removed: inside(carol).group.ownLeafIndex }] });
    expectRefused(log, remove, [alice, carol], "no_record");
    expect(carol.room.status).toBe("active");
  });

  it("A2: a plain member's own entry to add, remove, promote or change the rules", () => {
    const { alice, bob, carol, log } = threeFriends();
    const request = stranger(mallory(), bob.room);
    const attempts = [
      [{ type: "add", leafCert: request.leafCert, role: "member" }, [{ type: "add", keyPackage: request.keyPackage }]],
      [
        { type: "remove", person: carol.room.self.person, ban: true },
        [{ type: "remove", removed: inside(carol).group.ownLeafIndex }],
      ],
      [{ type: "setRole", person: bob.room.self.person, role: "owner" }, []],
      [{ type: "setPolicy", policy: preset("open") }, []],
    ] as const;
    for (const [action, proposals] of attempts) {
      bob.catchUp(log);
      const forged = forgeEntry(bob, action);
      const extensions = roomExtensions({ ...bob.room.roster, seq: forged.entry.seq, head: forged.entry.hash });
      const binding = { type: "group_context_extensions", extensions } as const;
      const append = forgeCommit(bob, { ...forged, proposals: [...proposals, binding] });
      const code = action.type === "setRole" ? "above_own_role" : "not_allowed";
      expectRefused(log, append, [alice, carol], code);
    }
  });

  it("A3: RULE room.external-only-adds: an outsider's external commit takes the owner out", () => {
    const { alice, bob, carol, log } = threeFriends();
    const append = forgeExternal(bob, mallory(), { resync: inside(alice).group.ownLeafIndex });
    expectRefused(log, append, [alice, bob, carol], "forbidden_proposal");
    expect(alice.room.status).toBe("active");
  });

  it("A4: an external commit with no invite, or a false one; a good one for the same epoch is taken", () => {
    const { alice, bob, carol, log, secret } = threeFriends();
    expectRefused(log, forgeExternal(bob, mallory()), [alice, bob, carol], "no_record");
    const forged = forgeEntry(bob, { type: "add", leafCert: stranger(mallory(), bob.room).leafCert, role: "member" });
    const attempt = forgeExternal(bob, mallory(), forged);
    expect(log.append(attempt)).toBe(true);
    for (const person of [alice, bob, carol]) expect(person.catchUp(log).at(-1)!.kind).toBe("rejected");
    const dave = join(alice, "Dave", log, secret);
    expect(dave.room.code()).toBe(alice.room.code());
  });

  it("A5: RULE room.message-is-application: a parked proposal never rides along with an honest commit", () => {
    const { alice, bob, carol, log } = threeFriends();
    const parked = inside(bob).group.propose({ type: "remove", removed: inside(carol).group.ownLeafIndex });
    log.append(forgeAppend(bob, parked.message, { kind: "message" }));
    for (const person of [alice, carol])
      expect(person.catchUp(log).at(-1)).toMatchObject({ kind: "rejected", rejection: { code: "forbidden_proposal" } });
    expect(alice.act(log, { type: "rekey" })).toBeNull();
    for (const person of [alice, carol]) person.catchUp(log);
    expect(carol.room.status).toBe("active");
    expect(alice.room.roster.members.size).toBe(3);
    expect(alice.room.code()).toBe(carol.room.code());
  });

  it("A5: RULE room.commit-is-commit: nor does a proposal in the place of a commit count", () => {
    const { alice, bob, carol, log } = threeFriends();
    const parked = inside(bob).group.propose({ type: "remove", removed: inside(carol).group.ownLeafIndex });
    expectRefused(log, forgeAppend(bob, parked.message), [alice, carol], "forbidden_proposal");
  });

  it("A6: a newcomer's own proposal to be added is swept in by nobody", () => {
    const { alice, bob, carol, log } = threeFriends();
    const guest = mallory();
    const { group } = inside(bob);
    const suite = CipherSuite.of(group.suite, nodeCrypto);
    const { keyPackage } = stranger(guest, bob.room);
    const content = {
      groupId: bob.room.id,
      epoch: group.epoch,
      sender: { type: "new_member_proposal" },
      authenticatedData: new Uint8Array(0),
      content: { type: "proposal", proposal: { type: "add", keyPackage } },
    } as const;
    // Signed by whom it adds, as RFC 9420 §12.1.8 has it. The key is the test's to know.
    const seed = seeded("mallory leaf").random(32);
    const signature = signFramedContent(suite, "public", content, group.view.context, seed);
    const message = encodeMessage({
      wireFormat: "public",
      message: { content, auth: { signature, confirmationTag: null }, membershipTag: null },
    });
    log.append(forgeAppend(bob, message, { kind: "message" }));
    for (const person of [alice, carol]) expect(person.catchUp(log).at(-1)!.kind).toBe("rejected");
    expect(alice.act(log, { type: "rekey" })).toBeNull();
    for (const person of [alice, carol]) person.catchUp(log);
    expect(alice.room.roster.members.size).toBe(3);
    expect([...inside(alice).group.view.members()]).toHaveLength(3);
  });

  it("A7: RULE room.extensions: external senders, or any other extension, smuggled into the group context", () => {
    const { alice, bob, carol, log } = threeFriends();
    // With a certificate that holds, so that only the room's own rule stands in its way.
    const { leaf, leafCert } = stranger(mallory(), alice.room);
    const sender = new Writer().opaque(leaf).u16(1).opaque(leafCert).finish();
    const external: Extension = { type: ExtensionType.externalSenders, data: new Writer().opaque(sender).finish() };
    const forged = roomExtensions(alice.room.roster);
    for (const extensions of [[...forged, external], forged.slice(0, 1), []]) {
      alice.catchUp(log);
      const append = forgeCommit(alice, { proposals: [{ type: "group_context_extensions", extensions }] });
      expectRefused(log, append, [bob, carol], "wrong_binding");
    }
  });

  it("A9: a device that its owner's other devices did not let in", () => {
    const { alice, bob, carol, log } = threeFriends();
    const other = new Person(seeded("other"), "Bob");
    // Certified by nobody: the identity key that it names did not sign it.
    const forgedDevice = { ...newDevice(other.primitives, newIdentity(other.primitives), 2) };
    const { leafCert, keyPackage } = stranger(other, bob.room, forgedDevice);
    const forged = forgeEntry(bob, { type: "addDevice", leafCert });
    const append = forgeCommit(bob, { ...forged, proposals: [{ type: "add", keyPackage }] });
    expectRefused(log, append, [alice, carol], "no_sponsor");
  });

  it("A10: an entry that names the owner as its author, signed by a member", () => {
    const { alice, bob, carol, log } = threeFriends();
    const author = { person: alice.room.self.person, leaf: alice.room.self.leaf };
    const forged = forgeEntry(bob, { type: "setTitle", title: "Bob's" }, { author });
    expectRefused(log, forgeCommit(bob, forged), [alice, carol], "bad_signature");
  });

  it("A12: a roster key of a generation to come is nobody's to announce", () => {
    const { alice, bob, carol, log } = threeFriends();
    const { entry } = forgeEntry(alice, { type: "setTitle", title: "x" });
    const ahead = { generation: currentRosterKey(inside(alice).keys).generation + 100, key: new Uint8Array(32) };
    const content = { entry: entry.bytes, previousKey: null };
    const attachment = sealRosterRecord(nodeCrypto, alice.room.tag, ahead, placeOf(alice, entry), content);
    const append = forgeCommit(alice, { attachment, authenticatedData: entry.hash });
    expectRefused(log, append, [bob, carol], "no_record");
  });

  it("RULE room.roster-key and RULE room.record-is-entry: the record holds the signed entry and the true key before", () => {
    const { alice, bob, carol, log } = threeFriends();
    const forged = forgeEntry(alice, { type: "setTitle", title: "x" });
    const other = forgeEntry(alice, { type: "setTitle", title: "y" });
    expectRefused(log, forgeCommit(alice, { ...forged, attachment: other.attachment }), [bob, carol], "wrong_record");
    alice.catchUp(log);
    const again = forgeEntry(alice, { type: "setTitle", title: "x" });
    const content = { entry: again.entry.bytes, previousKey: new Uint8Array(32).fill(3) };
    const { keys } = inside(alice);
    const place = placeOf(alice, again.entry);
    const attachment = sealRosterRecord(nodeCrypto, alice.room.tag, currentRosterKey(keys), place, content);
    expectRefused(log, forgeCommit(alice, { ...again, attachment }), [bob, carol], "wrong_roster_key");
  });

  it("RULE room.record-is-entry: a record says of its entry the number that the entry has", () => {
    const { alice, bob, carol, log } = threeFriends();
    const { entry, binding } = honestEntry(alice);
    const key = currentRosterKey(inside(alice).keys);
    const seal = (seq: number) =>
      sealRosterRecord(nodeCrypto, alice.room.tag, key, placeOf(alice, { seq }), {
        entry: entry.bytes,
        previousKey: null,
      });
    const more = { proposals: [binding], authenticatedData: entry.hash };
    const other = forgeCommit(alice, { ...more, attachment: seal(entry.seq + 1) });
    expectRefused(log, other, [bob, carol], "wrong_record");
  });

  it("A106: RULE room.record-before: a record that names another one than that of the entry before leads no newcomer astray", () => {
    const { alice, bob, carol, log } = threeFriends();
    const { entry, binding } = honestEntry(alice);
    const key = currentRosterKey(inside(alice).keys);
    const content = { entry: entry.bytes, previousKey: null };
    const place = { seq: entry.seq, before: nodeCrypto.hash("sha256", log.roster[0]!) };
    const attachment = sealRosterRecord(nodeCrypto, alice.room.tag, key, place, content);
    const commit = forgeCommit(alice, { proposals: [binding], authenticatedData: entry.hash, attachment });
    const [verdict] = expectRefused(log, commit, [bob, carol], "wrong_record");
    // A committer signs the entry and not its record.
    expect(verdict).toMatchObject({ alarm: { code: "ALTERED", person: null } });
  });

  it("A2: RULE room.rekey-bare: new keys come without a record, and one that is put there is refused", () => {
    const { alice, bob, carol, log } = threeFriends();
    const { attachment } = forgeEntry(bob, { type: "setTitle", title: "x" });
    const [verdict] = expectRefused(log, forgeCommit(bob, { attachment }), [alice, carol], "wrong_record");
    // Nobody has signed the attachment of a rekey: no member is blamed for it.
    expect(verdict).toMatchObject({ alarm: { code: "ALTERED", person: null } });
  });

  it("RULE room.leaves-as-signed: the tree changes by the entry's leaves and by no other", () => {
    const { alice, bob, carol, log } = threeFriends();
    const { entry, attachment, binding } = honestEntry(alice);
    const { keyPackage } = stranger(mallory(), alice.room);
    const append = forgeCommit(alice, {
      proposals: [{ type: "add", keyPackage }, binding],
      authenticatedData: entry.hash,
      attachment,
    });
    expectRefused(log, append, [bob, carol], "ghost");
  });

  it("RULE room.bound: a commit that leaves the keys bound to another roster", () => {
    const { alice, bob, carol, log } = threeFriends();
    const extensions = roomExtensions({ ...alice.room.roster, seq: 99 });
    const rekey = forgeCommit(alice, { proposals: [{ type: "group_context_extensions", extensions }] });
    expectRefused(log, rekey, [bob, carol], "wrong_binding");
  });

  it("A104: RULE entry.room-version: an entry that no app knows is refused, whoever commits it, and stops nobody", () => {
    const { alice, bob, carol, log } = threeFriends();
    const forged = forgeEntry(alice, { type: "setTitle", title: "x" });
    const bytes = forged.entry.bytes.slice();
    bytes[3] = 0x7f; // the form of the entry, after a length of two bytes
    const attachment = (by: Person) =>
      sealRosterRecord(nodeCrypto, by.room.tag, currentRosterKey(inside(by).keys), placeOf(by, forged.entry), {
        entry: bytes,
        previousKey: null,
      });
    const more = { authenticatedData: nodeCrypto.hash("sha256", bytes), attachment: attachment(alice) };
    expectRefused(log, forgeExternal(bob, mallory(), more), [alice, bob, carol], "malformed");
    expectRefused(log, forgeCommit(bob, { ...more, attachment: attachment(bob) }), [alice, carol], "malformed");
    for (const each of [alice, bob, carol]) each.catchUp(log);
    expect(alice.act(log, { type: "remove", person: bob.room.self.person, ban: false })).toBeNull();
    for (const each of [alice, bob, carol]) each.catchUp(log);
    expect(carol.room.roster.members.size).toBe(2);
    expect(alice.say(log, "we go on")).toBe(true);
    expect(carol.catchUp(log).at(-1)).toMatchObject({ kind: "accepted" });
  });
});

describe("what no engine sends, judged all the same", () => {
  function staged(): { before: ReturnType<typeof beforeCommit>; commit: StagedCommit } {
    const { alice, bob, log } = threeFriends();
    expect(alice.act(log, { type: "rekey" })).toBeNull();
    const { pending } = inside(alice);
    expect(judge(beforeCommit(inside(alice)), pending!.staged!, new Uint8Array(0)).ok).toBe(true);
    expect(bob.room.epoch).toBe(alice.room.epoch);
    return { before: beforeCommit(inside(alice)), commit: pending!.staged! };
  }
  const codeOf = (change: (commit: StagedCommit) => Partial<StagedCommit>): string => {
    const { before, commit } = staged();
    const verdict = judge(before, { ...commit, delta: commit.delta, ...change(commit) }, new Uint8Array(0));
    return verdict.ok ? "ok" : rejectionOf(verdict.error).code;
  };

  it("RULE room.no-references", () => {
    expect(codeOf(() => ({ referencedProposals: 1 }))).toBe("forbidden_proposal");
  });
  it("RULE room.no-psk-no-reinit", () => {
    expect(codeOf(() => ({ usesPsk: true }))).toBe("forbidden_proposal");
    const reInit = { type: "reinit", groupId: new Uint8Array(1), version: 1, cipherSuite: 1, extensions: [] } as const;
    expect(codeOf(() => ({ reInit }))).toBe("forbidden_proposal");
  });
  it("RULE room.path", () => {
    expect(codeOf(() => ({ hasPath: false }))).toBe("missing_path");
  });
  it("RULE room.own-leaf-only", () => {
    const other = ({ updates }: StagedCommit) =>
      updates.map((update) => ({ ...update, leafIndex: update.leafIndex + 1 }));
    expect(codeOf((commit) => ({ updates: other(commit) }))).toBe("forbidden_proposal");
  });
  const changed = (after: object) => (commit: StagedCommit) => ({
    updates: commit.updates.map((update) => ({ ...update, after: { ...update.after, ...after } })),
  });
  it("A67: RULE room.same-credential: a path that changes who the committer is", () => {
    expect(codeOf(changed({}))).toBe("ok");
    expect(codeOf(changed({ credential: { type: "basic", identity: new Uint8Array(9) } }))).toBe("credential_changed");
    expect(codeOf(changed({ signatureKey: new Uint8Array(32) }))).toBe("credential_changed");
  });
  it("RULE room.leaf-plain: a path that puts anything into the committer's leaf, or changes what it can do", () => {
    const plain = roomCapabilities(1);
    expect(codeOf(changed({ capabilities: plain }))).toBe("ok");
    for (const list of ["versions", "cipherSuites", "extensions", "proposals", "credentials"] as const) {
      const capabilities = { ...plain, [list]: [...plain[list], 0xf0c3] };
      expect([list, codeOf(changed({ capabilities }))]).toEqual([list, "leaf_not_plain"]);
    }
    const reversed = { ...plain, extensions: [0xf0c2] };
    expect(codeOf(changed({ capabilities: reversed }))).toBe("leaf_not_plain");
    expect(codeOf(changed({ extensions: [{ type: 0xf0c2, data: new Uint8Array(0) }] }))).toBe("leaf_not_plain");
  });
  it("A60: RULE room.leaves-as-signed: the tree changes by the leaves that the entry names, with the certificates in it", () => {
    const { alice, bob, log } = threeFriends();
    const request = stranger(mallory(), alice.room);
    const other = stranger(new Person(seeded("another"), "Mallory"), alice.room);
    const add = { type: "add", leafCert: request.leafCert, role: "member" } as const;
    expect(alice.act(log, add, { request })).toBeNull();
    const adding = inside(alice).pending!;
    const before = beforeCommit(inside(alice));
    const codeWith = (change: Partial<StagedCommit>, { staged: commit, append } = adding) => {
      const verdict = judge(before, { ...commit!, ...change }, append.attachment);
      return verdict.ok ? "ok" : rejectionOf(verdict.error).detail;
    };
    expect(codeWith({})).toBe("ok");
    const [added] = adding.staged!.adds;
    const leaf = (change: object) => [{ ...added!, leafNode: { ...added!.leafNode, ...change } }];
    const ghost = "leaves of the commit";
    expect(codeWith({ adds: [] })).toBe(ghost);
    expect(codeWith({ adds: [added!, added!] })).toBe(ghost);
    expect(codeWith({ adds: leaf({ signatureKey: other.leaf }) })).toBe(ghost);
    // The same key with another certificate: another name, or another device of theirs, than was signed.
    expect(codeWith({ adds: leaf({ credential: { type: "basic", identity: other.leafCert } }) })).toBe(ghost);
    expect(codeWith({ adds: leaf({ credential: { type: "x509", certificates: [] } }) })).toBe(ghost);
    const [theirs] = [...before.view.members()].filter(({ leafIndex }) => leafIndex === inside(bob).group.ownLeafIndex);
    expect(codeWith({ removes: [theirs!] })).toBe(ghost);
    alice.store(alice.room.discardPending());
    expect(alice.act(log, { type: "remove", person: bob.room.self.person, ban: false })).not.toBe("refused");
    const removing = inside(alice).pending!;
    expect(codeWith({}, removing)).toBe("ok");
    expect(codeWith({ removes: [] }, removing)).toBe(ghost);
    const [own] = [...before.view.members()].filter(({ leafIndex }) => leafIndex === inside(alice).group.ownLeafIndex);
    expect(codeWith({ removes: [own!] }, removing)).toBe(ghost);
  });
  it("A7: RULE room.extensions: a list without one of the two, with another demand, or with more, binds to nothing", () => {
    const { roster } = inside(threeFriends().alice);
    const [required, binding] = roomExtensions(roster) as [Extension, Extension];
    expect(bindingOf([required, binding])).toMatchObject({ seq: roster.seq });
    const more = { type: 0xf0c2, data: new Uint8Array(0) };
    const damaged = { ...binding, data: binding.data.subarray(1) };
    for (const list of [
      [],
      [binding],
      [required],
      [more, binding],
      [required, more],
      [{ ...required, data: new Uint8Array(3) }, binding],
      [required, binding, more],
      [required, damaged],
    ])
      expect(bindingOf(list)).toBeNull();
  });
  it("RULE room.no-ghosts: a tree that is not the roster, however it came to be", () => {
    const { before, commit } = staged();
    const roster = { ...before.roster, leaves: new Map([...before.roster.leaves].slice(1)) };
    const verdict = judge({ ...before, roster }, commit, new Uint8Array(0));
    expect(verdict).toMatchObject({ ok: false, error: { code: "ghost" } });
  });
});

describe("the one door", () => {
  it("A95: nobody but the room's own acceptance applies a commit, and only with a verdict", () => {
    const sources = (folder: URL): string[] =>
      readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
        (name) => /\.tsx?$/u.test(name) && !/\.(test|fixture)\./u.test(name),
      );
    const packages = new URL("../../../", import.meta.url);
    const applying: string[] = [];
    const accepting: string[] = [];
    for (const name of readdirSync(packages)) {
      // Programs that measure and attack, not the product.
      if (["mls", "bench", "simulator", "lab"].includes(name)) continue;
      const folder = new URL(`${name}/src/`, packages);
      for (const file of sources(folder)) {
        const text = readFileSync(new URL(file, folder), "utf8");
        if (/\bgroup\.apply\(/u.test(text)) applying.push(`${name}/${file}`);
        if (/import \{[^}]*\b(acceptCommit|acceptOwn)\b[^}]*\}/u.test(text)) accepting.push(`${name}/${file}`);
        // The demo's attacker is the one who goes round the door, and is refused for it.
        const isAttacker = name === "cli" && file.startsWith("demo/");
        if (name !== "protocol" && !isAttacker) expect(text, file).not.toMatch(/from "@conclave\/mls"/u);
      }
    }
    expect(applying.sort()).toEqual(["protocol/room/acceptCommit.ts", "protocol/room/receiveMessage.ts"]);
    expect(accepting).toEqual(["protocol/room/receiveCommit.ts"]);
    const text = readFileSync(new URL("receiveCommit.ts", import.meta.url), "utf8");
    expect(text.indexOf("judge(")).toBeGreaterThan(0);
    expect(text.indexOf("judge(")).toBeLessThan(text.indexOf("acceptCommit(parts, verdict.value"));
  });

  it("A95: a commit framed as a message changes nothing", () => {
    const { alice, bob, carol, log } = threeFriends();
    const append = forgeCommit(alice, { kind: "message" });
    expect(log.append(append)).toBe(true);
    for (const person of [bob, carol])
      expect(person.catchUp(log).at(-1)).toMatchObject({ kind: "rejected", rejection: { code: "forbidden_proposal" } });
    expect(bob.room.epoch).toBe(alice.room.epoch);
  });
});
