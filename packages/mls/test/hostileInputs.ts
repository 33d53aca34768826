import { decode, type Result, Writer } from "@conclave/codec";
import { nodeCrypto } from "@conclave/crypto/node";
import { CipherSuite, type CipherSuiteId } from "../src/cipherSuite.js";
import { type FramedContent, signFramedContent } from "../src/framing.js";
import { encodeGroupInfo, type GroupInfo, readGroupInfo, signGroupInfo } from "../src/groupInfo.js";
import {
  decodeKeyPackage,
  type Engine,
  generateKeyPackage,
  Group,
  type KeyPackageBundle,
  messageHeader,
  openGroupInfo,
} from "../src/index.js";
import { type KeyPackage, keyPackageRef, keyPackageTbs } from "../src/keyPackage.js";
import { epochSecrets, welcomeSecret } from "../src/keySchedule.js";
import { signLeafNode } from "../src/leafNode.js";
import { decodeMessage, encodeMessage } from "../src/mlsMessage.js";
import { type PreSharedKeyId, pskSecret } from "../src/preSharedKey.js";
import { sealPrivateMessage } from "../src/privateMessage.js";
import { type PublicMessage, publicMessage } from "../src/publicMessage.js";
import { RatchetTree } from "../src/ratchetTree.js";
import type { SecretTree } from "../src/secretTree.js";
import { type GroupSecrets, readGroupSecrets, type Welcome, welcomeKey, writeGroupSecrets } from "../src/welcome.js";
import { EMPTY, inside, lifetime, ok, text } from "./hostileMember.js";
import { type Dice, type Donors, mutate, mutateBytes } from "./mutator.js";

const REQUIRED = { type: 3, data: Uint8Array.of(0, 0, 0) };
const EXTRA = 0xf0c1;

/** One thing that a hostile member, newcomer or relay hands over, and what the victim does with it. */
export interface HostileInput {
  readonly kind: string;
  readonly run: () => unknown;
}

/**
 * A group, and what a hostile member of it can hand to the others: honest structures with any field changed, then signed,
 * tagged and sealed as only a member can; and any bytes changed, as a relay can.
 */
export class HostileInputs {
  readonly members: Group[];
  private readonly engine: Engine;
  private readonly suite: CipherSuite;
  private readonly newcomer: KeyPackageBundle & { encoded: Uint8Array };
  private readonly donors: Donors;
  private readonly shown: PublicMessage[];
  private readonly honest: Uint8Array[];
  private readonly welcome: OpenWelcome;
  private readonly info: GroupInfo;

  constructor(
    private readonly dice: Dice,
    private readonly suiteId: CipherSuiteId,
    size: number,
  ) {
    this.engine = {
      crypto: nodeCrypto,
      random: (length) => dice.bytes(length),
      validateCredential: () => true,
      psk: (id) => (id.type === "external" && id.id.length === 3 ? text("secret") : null),
    };
    this.suite = CipherSuite.of(suiteId, nodeCrypto);
    this.members = this.grown(size);
    this.newcomer = this.keyPackage("newcomer");
    const [committed, welcomed] = this.commits();
    const messages = [...committed, ...this.proposals(), ...this.joins()];
    this.shown = messages.map((message) => publicOf(message));
    this.info = infoOf(this.hostile.view.groupInfo());
    this.welcome = this.opened(welcomed);
    const secret = [this.hostile.encrypt(text("hello")).message, ok(this.hostile.commit({})).message];
    this.honest = [...messages, ...secret, welcomed, this.hostile.view.groupInfo(), this.newcomer.encoded];
    this.donors = this.partsOf();
  }

  /** The member who breaks the rules. */
  get hostile(): Group {
    return this.members[0]!;
  }

  /** Those to whom it is handed. */
  get victims(): Group[] {
    return [this.members[1]!, this.members.at(-1)!];
  }

  /** One input more; null where what the dice said cannot be written at all. */
  next(): HostileInput | null {
    const makers = [
      () => this.bytes(),
      () => this.signed(),
      () => this.signed(),
      () => this.signed(),
      () => this.infos(),
      () => this.welcomes(),
      () => this.sealed(),
      () => this.packages(),
    ];
    try {
      return this.dice.pick(makers)();
    } catch {
      // No writer takes it: a number that is no u32, an enumeration's name that there is not.
      return null;
    }
  }

  private bytes(): HostileInput {
    const given = mutateBytes(this.dice, this.dice.pick([...this.honest, this.hostile.view.ratchetTree()]));
    const victim = this.dice.pick(this.victims);
    const { engine, newcomer } = this;
    return this.dice.pick([
      { kind: "bytes: a message", run: () => victim.stage(given) },
      { kind: "bytes: a Welcome", run: () => Group.join(engine, { welcome: given, keyPackage: newcomer }) },
      { kind: "bytes: a GroupInfo", run: () => openGroupInfo(engine, given) },
      { kind: "bytes: a header", run: () => messageHeader(given) },
      { kind: "bytes: a key package", run: () => decodeKeyPackage(given) },
      { kind: "bytes: a tree", run: () => RatchetTree.decode(given) },
    ]);
  }

  /** A public commit or proposal with fields changed, signed and tagged again. */
  private signed(): HostileInput {
    const base = this.dice.pick(this.shown);
    let content = this.altered(base.content);
    const isMember = content.sender.type === "member";
    const key = isMember ? this.hostileKey : this.newcomer.signaturePrivateKey;
    if (this.dice.roll(3) > 0) content = this.resigned(content, key);
    const { state } = inside(this.hostile);
    const signature = signFramedContent(this.suite, "public", content, state.context, key);
    const tag = this.dice.roll(10) > 0 ? base.auth.confirmationTag : this.dice.bytes(this.dice.roll(64));
    const confirmationTag = content.content.type === "commit" ? (tag ?? EMPTY) : null;
    const auth = { signature, confirmationTag };
    const message = publicMessage(this.suite, content, auth, state.context, state.secrets.membership);
    const given = encodeMessage({ wireFormat: "public", message });
    const victim = this.dice.pick(this.victims);
    return { kind: `signed: ${content.content.type}`, run: () => victim.stage(given) };
  }

  /** A GroupInfo with fields or a node of its tree changed, signed again. */
  private infos(): HostileInput {
    let info = this.altered(this.info);
    if (this.dice.roll(2) === 0) info = this.withOtherNode(info);
    const message = signGroupInfo(this.suite, info, this.hostileKey);
    const given = encodeMessage({ wireFormat: "groupInfo", message });
    const leaf = this.leaf("late");
    return this.dice.pick([
      { kind: "signed: GroupInfo, read", run: () => openGroupInfo(this.engine, given) },
      { kind: "signed: GroupInfo, joined", run: () => Group.joinExternal(this.engine, { groupInfo: given, leaf }) },
    ]);
  }

  /** A Welcome with fields of its secrets and its GroupInfo changed, signed and sealed again. */
  private welcomes(): HostileInput {
    const { suite, newcomer, dice } = this;
    const secrets = { ...this.altered(this.welcome.secrets), ...(dice.roll(3) === 0 && { psks: this.psks() }) };
    let info = dice.roll(2) === 0 ? this.altered(this.welcome.info) : this.welcome.info;
    const used = pskSecret(
      suite,
      secrets.psks.map((id) => ({ id, secret: this.engine.psk!(id) ?? EMPTY })),
    );
    const { confirmation } = epochSecrets(suite, secrets.joinerSecret, used, info.groupContext);
    const confirmationTag = suite.mac(confirmation, info.groupContext.confirmedTranscriptHash);
    if (dice.roll(4) > 0) info = { ...info, confirmationTag };
    const signed = signGroupInfo(suite, info, this.hostileKey);
    const { key, nonce } = welcomeKey(suite, welcomeSecret(suite, secrets.joinerSecret, used));
    const encryptedGroupInfo = nodeCrypto.aeadSeal(suite.algorithms.aead, key, nonce, EMPTY, encodeGroupInfo(signed));
    const plaintext = writeGroupSecrets(new Writer(), secrets).finish();
    const seal = suite.encrypterWithLabel("Welcome", encryptedGroupInfo);
    const encryptedGroupSecrets = seal(newcomer.keyPackage.initKey, plaintext, this.engine.random)!;
    const one = { newMember: keyPackageRef(suite, newcomer.keyPackage), encryptedGroupSecrets };
    const message = { cipherSuite: this.suiteId, secrets: [one], encryptedGroupInfo };
    const given = encodeMessage({ wireFormat: "welcome", message });
    return { kind: "sealed: Welcome", run: () => this.joinAndGoOn(given) };
  }

  // What is let in has to stand in use too.
  private joinAndGoOn(welcome: Uint8Array): unknown {
    const joined = Group.join(this.engine, { welcome, keyPackage: this.newcomer });
    if (!joined.ok || this.dice.roll(4) > 0) return joined;
    return joined.value.group.commit({});
  }

  /** A private message with any content and any sender, sealed as a member can. */
  private sealed(): HostileInput {
    const { dice, suite } = this;
    const { state } = inside(this.hostile);
    const content = this.altered(dice.pick(this.shown).content);
    const leafIndex = dice.roll(4) > 0 ? this.hostile.ownLeafIndex : dice.roll(2 * this.members.length);
    const framed: FramedContent = { ...content, sender: { type: "member", leafIndex } };
    const signature = signFramedContent(suite, "private", framed, state.context, this.hostileKey);
    const confirmationTag = framed.content.type === "commit" ? dice.bytes(suite.hashLength) : null;
    const keys = { senderData: state.secrets.senderData, tree: this.anyGeneration() };
    const auth = { signature, confirmationTag };
    const { message } = sealPrivateMessage(suite, keys, framed, auth, this.engine.random, dice.pick([0, 64, 1000]));
    const given = encodeMessage({ wireFormat: "private", message });
    const victim = dice.pick(this.victims);
    return { kind: `sealed: ${framed.content.type}`, run: () => victim.stage(given) };
  }

  /** A key package with fields changed, signed again: given to a member to add. */
  private packages(): HostileInput {
    const keyPackage = this.resignedPackage(this.altered(this.newcomer.keyPackage));
    const victim = this.dice.pick(this.victims);
    return {
      kind: "signed: key package, added",
      // In public: a private commit uses a message key up, whatever becomes of it.
      run: () => victim.commit({ proposals: [{ type: "add", keyPackage }], wireFormat: "public" }),
    };
  }

  private altered<T>(honest: T): T {
    const once = mutate(this.dice, honest, this.donors);
    return this.dice.roll(2) === 0 ? once : mutate(this.dice, once, this.donors);
  }

  private get hostileKey(): Uint8Array {
    return inside(this.hostile).state.signaturePrivateKey;
  }

  /** The leaf of a commit's path, and key packages that it adds, with signatures that fit. */
  private resigned(framed: FramedContent, key: Uint8Array): FramedContent {
    const { content, sender } = framed;
    if (content.type !== "commit") return framed;
    const { groupId } = inside(this.hostile).state.context;
    const leafIndex = sender.type === "member" ? sender.leafIndex : 0;
    let { path, proposals } = content.commit;
    if (path !== null) {
      const owned = { ...path.leafNode, signatureKey: nodeCrypto.ed25519PublicKey(key) };
      path = { ...path, leafNode: signLeafNode(this.suite, owned, key, groupId, leafIndex) };
    }
    proposals = proposals.map((item) =>
      item.type === "proposal" && item.proposal.type === "add"
        ? { ...item, proposal: { ...item.proposal, keyPackage: this.resignedPackage(item.proposal.keyPackage) } }
        : item,
    );
    return { ...framed, content: { type: "commit", commit: { path, proposals } } };
  }

  private resignedPackage(keyPackage: KeyPackage): KeyPackage {
    const key = this.newcomer.signaturePrivateKey;
    const leafNode = signLeafNode(this.suite, keyPackage.leafNode, key, EMPTY, 0);
    const unsigned = { ...keyPackage, leafNode };
    return { ...unsigned, signature: this.suite.signWithLabel(key, "KeyPackageTBS", keyPackageTbs(unsigned)) };
  }

  private withOtherNode(info: GroupInfo): GroupInfo {
    const tree = RatchetTree.decode(this.hostile.view.ratchetTree());
    const index = this.dice.roll(2 * this.members.length);
    const node = tree.node(index);
    if (node === null) return info;
    tree.set(index, mutate(this.dice, node, this.donors));
    const extensions = info.extensions.map((each) => (each.type === 2 ? { type: 2, data: tree.encode() } : each));
    return { ...info, extensions, groupContext: { ...info.groupContext, treeHash: tree.treeHash(this.suite) } };
  }

  // Message keys of any generation, as somebody has them who knows the epoch's secrets.
  private anyGeneration(): SecretTree {
    const { secretTree } = inside(this.hostile);
    const generation = this.dice.pick([0, 1, 2, 3, 5, 50, 200, 201, 1000, 2 ** 32 - 1]);
    const next: SecretTree["next"] = (leaf, type) => {
      const { messageKey } = secretTree.at(leaf, type, Math.min(generation, 200));
      return { use: { leaf, type, generation }, messageKey: { ...messageKey, generation }, ratchets: [], nodes: [] };
    };
    return Object.assign(Object.create(secretTree) as SecretTree, { next });
  }

  private psks(): PreSharedKeyId[] {
    const nonce = this.dice.bytes(this.dice.pick([0, this.suite.hashLength]));
    const external = { type: "external", id: text("abc"), nonce } as const;
    const branch = { type: "resumption", usage: "branch", groupId: text("other"), epoch: 1n, nonce } as const;
    return this.dice.pick([[external], [branch], [external, branch], Array.from({ length: 300 }, () => external)]);
  }

  private leaf(name: string) {
    const { suiteId, dice } = this;
    const capabilities = {
      versions: [1],
      cipherSuites: [suiteId],
      extensions: [EXTRA],
      proposals: [],
      credentials: [1],
    };
    const credential = { type: "basic" as const, identity: text(name) };
    return { credential, capabilities, extensions: [], signaturePrivateKey: dice.bytes(32) };
  }

  private keyPackage(name: string): KeyPackageBundle & { encoded: Uint8Array } {
    return generateKeyPackage(this.engine, { ...this.leaf(name), suite: this.suiteId, lifetime });
  }

  /** A group of so many, added a few at a time, with and without paths, some removed again: its tree has every kind of node. */
  private grown(size: number): Group[] {
    const founder = { ...this.leaf("founder"), lifetime };
    const options = { groupId: text("room"), suite: this.suiteId, leaf: founder, extensions: [REQUIRED] };
    let all = [Group.create(this.engine, options).group];
    while (all.length < size) {
      const count = Math.min(1 + this.dice.roll(6), size - all.length);
      const bundles = Array.from({ length: count }, (_, at) => this.keyPackage(`member ${String(all.length + at)}`));
      const proposals = bundles.map(({ keyPackage }) => ({ type: "add" as const, keyPackage }));
      const { welcome } = this.decide(all, { proposals, forcePath: this.dice.roll(3) > 0 });
      const add = (keyPackage: KeyPackageBundle) =>
        ok(Group.join(this.engine, { welcome: welcome!, keyPackage })).group;
      all = [...all, ...bundles.map(add)];
    }
    for (let left = 3; left > 0 && all.length > 6; left--) {
      const gone = this.dice.pick(all.slice(2));
      const staying = all.filter((group) => group !== gone);
      this.decide(staying, { proposals: [{ type: "remove", removed: gone.ownLeafIndex }] });
      all = staying;
    }
    for (let left = 3; left > 0; left--) this.decide(all, {});
    return all;
  }

  /** One of them commits, and all apply it. */
  decide(all: readonly Group[], options: Parameters<Group["commit"]>[0]) {
    const by = this.dice.pick(all);
    const made = ok(by.commit(options));
    for (const group of all) group.apply(group === by ? made.staged : ok(group.stage(made.message)));
    return made;
  }

  private commits(): [Uint8Array[], Uint8Array] {
    const { hostile, newcomer } = this;
    const wireFormat = "public" as const;
    const add = { type: "add", keyPackage: newcomer.keyPackage } as const;
    const nonce = this.dice.bytes(this.suite.hashLength);
    const psk = { type: "psk", psk: { type: "external", id: text("abc"), nonce } } as const;
    const extensions = [REQUIRED, { type: EXTRA, data: this.dice.bytes(4) }];
    const context = { type: "group_context_extensions", extensions } as const;
    const others = this.members
      .slice(2, 3)
      .map(({ ownLeafIndex }) => ({ type: "remove" as const, removed: ownLeafIndex }));
    const reinit = { type: "reinit", groupId: text("next"), version: 1, cipherSuite: 1, extensions: [] } as const;
    const adding = ok(hostile.commit({ wireFormat, proposals: [add] }));
    const made = [{}, { proposals: [add, psk, context, ...others] }, { proposals: [reinit] }].map(
      (options) => ok(hostile.commit({ wireFormat, ...options })).message,
    );
    return [[adding.message, ...made], adding.welcome!];
  }

  private proposals(): Uint8Array[] {
    const { hostile } = this;
    const wireFormat = "public" as const;
    const removed = this.members[1]!.ownLeafIndex;
    return [
      hostile.propose({ type: "remove", removed }, { wireFormat }).message,
      hostile.propose({ type: "add", keyPackage: this.newcomer.keyPackage }, { wireFormat }).message,
    ];
  }

  private joins(): Uint8Array[] {
    const groupInfo = this.hostile.view.groupInfo();
    // With the newcomer's key, which signs what they are changed into.
    const leaf = { ...this.leaf("comes"), signaturePrivateKey: this.newcomer.signaturePrivateKey };
    const resync = this.members.at(-1)!.ownLeafIndex;
    return [{}, { resync }].map((more) => ok(Group.joinExternal(this.engine, { groupInfo, leaf, ...more })).message);
  }

  private opened(welcome: Uint8Array): OpenWelcome {
    const { suite, newcomer } = this;
    const { encryptedGroupInfo, secrets } = welcomeOf(welcome);
    const sealed = secrets[0]!.encryptedGroupSecrets;
    const opened = suite.decryptWithLabel(newcomer.initPrivateKey, "Welcome", encryptedGroupInfo, sealed)!;
    const read = whole(decode(opened, readGroupSecrets));
    const { key, nonce } = welcomeKey(suite, welcomeSecret(suite, read.joinerSecret, pskSecret(suite, [])));
    const info = nodeCrypto.aeadOpen(suite.algorithms.aead, key, nonce, EMPTY, encryptedGroupInfo)!;
    return { secrets: read, info: whole(decode(info, readGroupInfo)) };
  }

  private partsOf(): Donors {
    const [mine, theirs] = [this.hostile, this.members[1]!].map((group) => group.view.leaf(group.ownLeafIndex)!);
    const { keyPackage } = this.newcomer;
    const parts = [
      ...[mine!, theirs!, keyPackage.leafNode, keyPackage],
      { type: "remove", removed: this.members[1]!.ownLeafIndex },
      { type: "external_init", kemOutput: this.dice.bytes(32) },
      { type: "add", keyPackage },
    ];
    const keys = [mine!.encryptionKey, theirs!.encryptionKey, theirs!.signatureKey, keyPackage.initKey];
    // A point of small order beside nothing at all.
    return { parts, keys: [...keys, new Uint8Array(32), Uint8Array.of(1, ...new Uint8Array(31))] };
  }
}

interface OpenWelcome {
  readonly secrets: GroupSecrets;
  readonly info: GroupInfo;
}

function whole<T>(decoded: Result<T, Error>): T {
  if (!decoded.ok) throw decoded.error;
  return decoded.value;
}

function publicOf(message: Uint8Array): PublicMessage {
  const item = decodeMessage(message);
  if (item.wireFormat !== "public") throw new Error("not a public message");
  return item.message;
}

function infoOf(message: Uint8Array): GroupInfo {
  const item = decodeMessage(message);
  if (item.wireFormat !== "groupInfo") throw new Error("not a GroupInfo");
  return item.message;
}

function welcomeOf(message: Uint8Array): Welcome {
  const item = decodeMessage(message);
  if (item.wireFormat !== "welcome") throw new Error("not a Welcome");
  return item.message;
}
