import { toHex } from "@conclave/codec";
import { describe, expect, it } from "vitest";
import { ExtensionType } from "../src/extension.js";
import { decodeMessage, encodeMessage, type Extension, Group, type StagedCommit } from "../src/index.js";
import { externalKeyPair } from "../src/keySchedule.js";
import { engine, inside, keyPackage, leaf, lifetime, ok, suite, text } from "./hostileMember.js";
import { TsMlsMember, type TsMlsNewcomer, tsMlsKeyPackage } from "./tsMlsMember.js";

// Live groups with ts-mls 1.6.4 as the other members, in suite 1. What it cannot do:
// - Suite 3, for its ChaCha20-Poly1305 is an optional package; the hybrid suite, for it has none with SHA-256.
// - external_pub: it reads and writes the key without the length that RFC 9420 §12.4.3.2 gives it. So nobody else joins by
//   its GroupInfo, and it joins by ours only when that length is left out. The external commits themselves agree.

const keyPackageOf = (encoded: Uint8Array) => {
  const item = decodeMessage(encoded);
  if (item.wireFormat !== "keyPackage") throw new Error("not a key package");
  return item.message;
};

async function agree(ours: Group[], theirs: TsMlsMember[]): Promise<void> {
  const [first] = ours;
  const context = text("context");
  for (const group of ours) expect(toHex(group.epochAuthenticator)).toBe(toHex(first!.epochAuthenticator));
  for (const member of theirs) {
    expect(member.epoch).toBe(first!.epoch);
    expect(toHex(member.epochAuthenticator)).toBe(toHex(first!.epochAuthenticator));
    expect(toHex(await member.export("label", context, 40))).toBe(toHex(first!.view.export("label", context, 40)));
  }
}

/** Everyone says something, and everyone else reads it. */
async function talk(ours: Group[], theirs: TsMlsMember[]): Promise<void> {
  for (const sender of [...ours, ...theirs]) {
    const data = text(`from ${sender instanceof Group ? sender.ownLeafIndex : sender.leafIndex}`);
    const message = sender instanceof Group ? sender.encrypt(data).message : await sender.encrypt(data);
    for (const group of ours) if (group !== sender) expect(read(group, message)).toEqual(data);
    for (const member of theirs) if (member !== sender) expect(await member.receive(message)).toEqual(data);
  }
}

function read(group: Group, message: Uint8Array): Uint8Array {
  const staged = ok(group.stage(message));
  group.apply(staged);
  if (staged.kind !== "application") throw new Error("not an application message");
  return staged.data;
}

async function deliver(message: Uint8Array, ours: Group[], theirs: TsMlsMember[]): Promise<void> {
  for (const group of ours) group.apply(ok(group.stage(message)));
  for (const member of theirs) await member.receive(message);
}

/** Commits by us, delivered to the others. */
async function weCommit(by: Group, options: Parameters<Group["commit"]>[0], ours: Group[], theirs: TsMlsMember[]) {
  const created = ok(by.commit(options));
  await deliver(
    created.message,
    ours.filter((group) => group !== by),
    theirs,
  );
  by.apply(created.staged);
  return created;
}

async function theyCommit(
  by: TsMlsMember,
  options: Parameters<TsMlsMember["commit"]>[0],
  ours: Group[],
  theirs: TsMlsMember[],
) {
  const created = await by.commit(options);
  await deliver(
    created.message,
    ours,
    theirs.filter((member) => member !== by),
  );
  return created;
}

function weFound(): Group {
  return Group.create(engine, {
    groupId: text("mixed"),
    suite: 1,
    leaf: { ...leaf("alice"), lifetime },
    extensions: [],
  }).group;
}

async function weAdd(by: Group, newcomer: TsMlsNewcomer, ours: Group[], theirs: TsMlsMember[]): Promise<TsMlsMember> {
  const proposals = [{ type: "add", keyPackage: keyPackageOf(newcomer.encoded) }] as const;
  const { welcome } = await weCommit(by, { proposals }, ours, theirs);
  return TsMlsMember.join(newcomer, welcome!);
}

async function theyAdd(by: TsMlsMember, name: string, ours: Group[], theirs: TsMlsMember[]): Promise<Group> {
  const bundle = keyPackage(name);
  const add = { keyPackage: tsMlsKeyPackage(bundle.encoded) };
  const { welcome } = await theyCommit(by, { extraProposals: [{ proposalType: "add", add }] }, ours, theirs);
  return ok(Group.join(engine, { welcome: welcome!, keyPackage: bundle })).group;
}

describe("live groups with ts-mls", () => {
  it("we create, they join by our Welcome; messages, commits, adds and removals go both ways", async () => {
    const alice = weFound();
    const bob = await weAdd(alice, await TsMlsMember.newcomer("bob"), [alice], []);
    await agree([alice], [bob]);
    await talk([alice], [bob]);
    await weCommit(alice, {}, [alice], [bob]);
    await theyCommit(bob, {}, [alice], [bob]);
    await agree([alice], [bob]);
    // They add one of us, we add one of them.
    const carol = await theyAdd(bob, "carol", [alice], [bob]);
    await agree([alice, carol], [bob]);
    const dave = await weAdd(carol, await TsMlsMember.newcomer("dave"), [alice, carol], [bob]);
    await agree([alice, carol], [bob, dave]);
    await talk([alice, carol], [bob, dave]);
    for (const by of [bob, dave]) await theyCommit(by, {}, [alice, carol], [bob, dave]);
    for (const by of [alice, carol]) await weCommit(by, {}, [alice, carol], [bob, dave]);
    await agree([alice, carol], [bob, dave]);
    // We remove one of them: it sees so, and reads nothing more.
    await weCommit(carol, { proposals: [{ type: "remove", removed: bob.leafIndex }] }, [alice, carol], [bob, dave]);
    expect(bob.isActive).toBe(false);
    await agree([alice, carol], [dave]);
    await expect(bob.receive(alice.encrypt(text("bob is gone")).message)).rejects.toThrow();
    await theyCommit(dave, {}, [alice, carol], [dave]);
    await talk([alice, carol], [dave]);
  });

  it("they create, we join by their Welcome, and stay through their commits", async () => {
    const anna = await TsMlsMember.found("anna", text("theirs"));
    const bert = await theyAdd(anna, "bert", [], [anna]);
    const cora = await theyAdd(anna, "cora", [bert], [anna]);
    await agree([bert, cora], [anna]);
    await talk([bert, cora], [anna]);
    await weCommit(cora, {}, [bert, cora], [anna]);
    await theyCommit(anna, {}, [bert, cora], [anna]);
    const dora = await weAdd(bert, await TsMlsMember.newcomer("dora"), [bert, cora], [anna]);
    await agree([bert, cora], [anna, dora]);
    await talk([bert, cora], [anna, dora]);
  });

  it("a removal by them gives new keys, and puts us out", async () => {
    const anna = await TsMlsMember.found("anna", text("removal"));
    const bert = await theyAdd(anna, "bert", [], [anna]);
    const cora = await theyAdd(anna, "cora", [bert], [anna]);
    const remove = { removed: bert.ownLeafIndex };
    const { message } = await anna.commit({ extraProposals: [{ proposalType: "remove", remove }] });
    const staged = ok(cora.stage(message)) as StagedCommit;
    expect(staged.hasPath).toBe(true);
    expect((ok(bert.stage(message)) as StagedCommit).selfRemoved).toBe(true);
    cora.apply(staged);
    bert.apply(ok(bert.stage(message)));
    await agree([cora], [anna]);
    await talk([cora], [anna]);
  });

  it("commits and proposals in the clear, and proposals by reference, go both ways", async () => {
    const alice = weFound();
    const bob = await weAdd(alice, await TsMlsMember.newcomer("bob"), [alice], []);
    const carol = await theyAdd(bob, "carol", [alice], [bob]);
    const ours = [alice, carol];
    await weCommit(alice, { wireFormat: "public" }, ours, [bob]);
    await theyCommit(bob, { wireAsPublicMessage: true }, ours, [bob]);
    await agree(ours, [bob]);
    for (const isPublic of [false, true]) {
      const parked = keyPackage("dave");
      const add = { keyPackage: tsMlsKeyPackage(parked.encoded) };
      await deliver(await bob.propose({ proposalType: "add", add }, isPublic), ours, []);
      const { welcome } = await weCommit(alice, { includeReferenced: true }, ours, [bob]);
      const dave = ok(Group.join(engine, { welcome: welcome!, keyPackage: parked })).group;
      await agree([...ours, dave], [bob]);
      // Ours, for them to commit: an Update, then the removal of who came.
      const wireFormat = isPublic ? ("public" as const) : ("private" as const);
      await deliver(carol.proposeUpdate({ wireFormat }).message, [alice, dave], [bob]);
      await theyCommit(bob, {}, [...ours, dave], [bob]);
      await agree([...ours, dave], [bob]);
      const gone = alice.propose({ type: "remove", removed: dave.ownLeafIndex }, { wireFormat });
      await deliver(gone.message, [carol], [bob]);
      await theyCommit(bob, {}, ours, [bob]);
      await agree(ours, [bob]);
    }
    await talk(ours, [bob]);
  });

  it("an external commit of ours is taken by them, and one of theirs by us", async () => {
    const alice = weFound();
    const bob = await weAdd(alice, await TsMlsMember.newcomer("bob"), [alice], []);
    const joined = ok(Group.joinExternal(engine, { groupInfo: alice.view.groupInfo(), leaf: leaf("carol") }));
    await deliver(joined.message, [alice], [bob]);
    const ours = [alice, joined.group];
    await agree(ours, [bob]);
    const { member, message } = await TsMlsMember.joinExternal("dave", bareGroupInfo(alice));
    await deliver(message, ours, [bob]);
    await agree(ours, [bob, member]);
    await talk(ours, [bob, member]);
  });
});

// A GroupInfo as ts-mls wants it: external_pub without a length.
function bareGroupInfo(group: Group): Uint8Array {
  const { publicKey } = externalKeyPair(suite, inside(group).state.secrets.external);
  const extensions: Extension[] = [
    { type: ExtensionType.externalPub, data: publicKey },
    { type: ExtensionType.ratchetTree, data: group.view.ratchetTree() },
  ];
  return encodeMessage({ wireFormat: "groupInfo", message: group.view.signedGroupInfo(extensions) });
}
