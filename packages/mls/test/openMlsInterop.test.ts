import { toHex } from "@conclave/codec";
import { describe, expect, it } from "vitest";
import { generateKeyPackage, Group, type KeyPackage } from "../src/index.js";
import { engine, leaf, lifetime, ok, text } from "./hostileMember.js";
import { OpenMlsClient, type OpenMlsMember } from "./openMlsMember.js";

// Live groups with openmls-wasm 0.1.0 as the other members, in suite 3, the only one it is built for. What it cannot do:
// - Give or take the bytes of a key package or a tree. Its own key packages are read from its store (openMlsMember.ts), so
//   it joins us; we cannot be given to it, so we never join by its Welcome, only meet its commits.
// - Commit anything but the adding of another openmls client; no Update, no Remove, no external commit of its own.
// - Keep a proposal that somebody else sent: it drops it, and then cannot follow a commit that names it.
// - The hybrid suite: openmls itself has it, at the same code point 0x004d, but this package does not offer it.

const leafOf = (name: string) => ({ ...leaf(name), capabilities: { ...leaf(name).capabilities, cipherSuites: [3] } });

function weFound(): Group {
  const options = { groupId: text("mixed"), suite: 3, leaf: { ...leafOf("alice"), lifetime }, extensions: [] };
  return Group.create(engine, options).group;
}

function weAdd(by: Group, keyPackage: KeyPackage, ours: Group[], theirs: OpenMlsMember[]): Uint8Array {
  const created = ok(by.commit({ proposals: [{ type: "add", keyPackage }] }));
  deliver(
    created.message,
    ours.filter((group) => group !== by),
    theirs,
  );
  by.apply(created.staged);
  return created.welcome!;
}

function weCommit(by: Group, options: Parameters<Group["commit"]>[0], ours: Group[], theirs: OpenMlsMember[]): void {
  const created = ok(by.commit(options));
  deliver(
    created.message,
    ours.filter((group) => group !== by),
    theirs,
  );
  by.apply(created.staged);
}

function deliver(message: Uint8Array, ours: Group[], theirs: OpenMlsMember[]): void {
  for (const group of ours) group.apply(ok(group.stage(message)));
  for (const member of theirs) member.receive(message);
}

function agree(ours: Group[], theirs: OpenMlsMember[]): void {
  const context = text("context");
  const expected = toHex(ours[0]!.view.export("label", context, 48));
  for (const group of ours) expect(toHex(group.view.export("label", context, 48))).toBe(expected);
  for (const member of theirs) expect(toHex(member.export("label", context, 48))).toBe(expected);
}

function talk(ours: Group[], theirs: OpenMlsMember[]): void {
  for (const sender of [...ours, ...theirs]) {
    const data = text("hello");
    const message = sender instanceof Group ? sender.encrypt(data).message : sender.encrypt(data);
    for (const group of ours) {
      if (group === sender) continue;
      const staged = ok(group.stage(message));
      expect(staged).toMatchObject({ kind: "application", data });
      group.apply(staged);
    }
    for (const member of theirs) if (member !== sender) expect(toHex(member.receive(message))).toBe(toHex(data));
  }
}

describe("live groups with openmls", () => {
  it("they join by our Welcome; messages go both ways; they follow our commits, and we theirs", () => {
    const alice = weFound();
    const bobs = new OpenMlsClient("bob");
    const bob = bobs.join(weAdd(alice, bobs.newcomer().keyPackage, [alice], []));
    agree([alice], [bob]);
    talk([alice], [bob]);
    weCommit(alice, {}, [alice], [bob]);
    agree([alice], [bob]);
    // One more of ours, by Welcome, and one by an external commit.
    const bundle = generateKeyPackage(engine, { ...leafOf("carol"), suite: 3, lifetime });
    const welcome = weAdd(alice, bundle.keyPackage, [alice], [bob]);
    const carol = ok(Group.join(engine, { welcome, keyPackage: bundle })).group;
    agree([alice, carol], [bob]);
    const joined = ok(Group.joinExternal(engine, { groupInfo: carol.view.groupInfo(), leaf: leafOf("dave") }));
    deliver(joined.message, [alice, carol], [bob]);
    const ours = [alice, carol, joined.group];
    agree(ours, [bob]);
    // They add one of theirs: a proposal, and a commit that names it.
    const erins = new OpenMlsClient("erin");
    const added = bob.add(erins.newcomer());
    deliver(added.proposal, ours, []);
    deliver(added.commit, ours, []);
    const erin = erins.join(added.welcome, bob);
    agree(ours, [bob, erin]);
    talk(ours, [bob, erin]);
    for (const by of ours) weCommit(by, {}, ours, [bob, erin]);
    agree(ours, [bob, erin]);
    talk(ours, [bob, erin]);
  });

  it("a removal by us puts one of them out, and the others stay", () => {
    const alice = weFound();
    const [bobs, erins] = [new OpenMlsClient("bob"), new OpenMlsClient("erin")];
    const bob = bobs.join(weAdd(alice, bobs.newcomer().keyPackage, [alice], []));
    const erin = erins.join(weAdd(alice, erins.newcomer().keyPackage, [alice], [bob]));
    agree([alice], [bob, erin]);
    weCommit(alice, { proposals: [{ type: "remove", removed: 1 }] }, [alice], [bob, erin]);
    agree([alice], [erin]);
    talk([alice], [erin]);
    const { message } = alice.encrypt(text("bob is gone"));
    expect(() => bob.receive(message)).toThrow();
    erin.receive(message);
  });
});
