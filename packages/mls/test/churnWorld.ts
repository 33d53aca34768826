import { equalBytes, toHex, type Result } from "@conclave/codec";
import { nodeCrypto } from "@conclave/crypto/node";
import type { UpdatePath } from "../src/commit.js";
import { CipherSuite } from "../src/cipherSuite.js";
import { encodeGroupContext } from "../src/groupContext.js";
import type { GroupInternals } from "../src/groupInternals.js";
import { type Engine, generateKeyPackage, Group, type StagedCommit, type MlsError } from "../src/index.js";
import { decodeMessage } from "../src/mlsMessage.js";
import { provisionalContext } from "../src/nextEpoch.js";
import { openPrivateMessage } from "../src/privateMessage.js";
import { rememberingCrypto } from "./rememberingCrypto.js";

const lifetime = { notBefore: 0n, notAfter: 2n ** 64n - 1n };
const capabilities = { versions: [1], cipherSuites: [1], extensions: [], proposals: [], credentials: [1] };

/** How far a run goes. */
export interface ChurnPlan {
  readonly seed: number;
  readonly steps: number;
  readonly members: number;
  /** Members that are run. The others keep their place in the tree, and say nothing more. */
  readonly live: number;
}

/** Random adds, removes, rekeys, Updates and external joins, all drawn from a seed. */
export class ChurnWorld {
  private counter = 0;
  private readonly engine: Engine;
  readonly suite: CipherSuite;
  live: Group[];
  /** Members that were run when they were removed: they stay as they were then, and are given all that follows. */
  removed: Group[] = [];
  joiners = 0;
  mostMembers = 1;
  /** How often a key of somebody who stays opened a ciphertext of a removing commit, by the attack's own way. */
  openedByMembers = 0;

  constructor(private readonly plan: ChurnPlan) {
    this.engine = {
      crypto: rememberingCrypto(),
      random: (length) => this.random(length),
      validateCredential: () => true,
    };
    this.suite = CipherSuite.of(1, this.engine.crypto);
    const founder = { ...this.leaf(), lifetime };
    const options = { groupId: this.random(16), suite: 1, leaf: founder, extensions: [] };
    this.live = [Group.create(this.engine, options).group];
  }

  /** One random change of the group, by a random live member. */
  step(): void {
    const by = this.live[this.pick(this.live.length)]!;
    const members = [...by.view.members()].map(({ leafIndex }) => leafIndex);
    this.mostMembers = Math.max(this.mostMembers, members.length);
    const room = this.plan.members - members.length;
    const choice = this.pick(100);
    const leaving = () => {
      const others = members.filter((leafIndex) => leafIndex !== by.ownLeafIndex);
      const gone = new Set<number>();
      for (let n = 1 + this.pick(3); n > 0 && gone.size < others.length; n--)
        gone.add(others[this.pick(others.length)]!);
      return [...gone];
    };
    if (room > 0 && (choice < 35 || members.length < 4)) this.change(by, [], 1 + this.pick(Math.min(4, room)));
    else if (room > 0 && choice < 50) this.joinExternal(by);
    else if (choice < 70) this.change(by, leaving(), 0);
    else if (choice < 78) this.change(by, leaving(), 1);
    else if (choice < 88) this.update(by);
    else this.change(by, [], 0);
  }

  private change(by: Group, leaving: readonly number[], coming: number): void {
    const bundles = Array.from({ length: coming }, () =>
      generateKeyPackage(this.engine, { ...this.leaf(), suite: 1, lifetime }),
    );
    const created = ok(
      by.commit({
        proposals: [
          ...leaving.map((removed) => ({ type: "remove" as const, removed })),
          ...bundles.map(({ keyPackage }) => ({ type: "add" as const, keyPackage })),
        ],
        // Adds without new keys are what fills lists of unmerged leaves.
        forcePath: this.pick(3) > 0,
      }),
    );
    this.follow(by, created.message, created.staged);
    for (const bundle of bundles) {
      const joined = ok(Group.join(this.engine, { welcome: created.welcome!, keyPackage: bundle })).group;
      this.welcome(joined);
    }
  }

  private joinExternal(helper: Group): void {
    const groupInfo = helper.view.groupInfo();
    const { message, group } = ok(Group.joinExternal(this.engine, { groupInfo, leaf: this.leaf() }));
    this.follow(null, message, null);
    this.welcome(group);
  }

  /** An Update by reference: it blanks a path and does not fill it. */
  private update(by: Group): void {
    const other = this.live[this.pick(this.live.length)]!;
    if (other === by) return;
    const { message } = other.proposeUpdate();
    for (const group of this.live) if (group !== other) group.apply(ok(group.stage(message)));
    const created = ok(by.commit({ includeReferenced: true }));
    this.follow(by, created.message, created.staged);
  }

  /** Everyone who is run takes the commit, and those who were removed try to. */
  private follow(by: Group | null, message: Uint8Array, own: StagedCommit | null): void {
    for (const gone of this.removed) this.expectUseless(gone, message);
    const staged = new Map<Group, StagedCommit>();
    for (const group of this.live) staged.set(group, group === by ? own! : (ok(group.stage(message)) as StagedCommit));
    const leaving = this.live.filter((group) => staged.get(group)!.selfRemoved);
    this.live = this.live.filter((group) => !leaving.includes(group));
    for (const group of leaving) this.tryKeys(group, message, staged.get(this.live[0]!)!);
    for (const group of this.live) group.apply(staged.get(group)!);
    // Those who leave do not take the commit that puts them out: they keep every key they had.
    this.removed = [...this.removed, ...leaving].slice(-8);
    this.expectAgreement();
  }

  private expectAgreement(): void {
    const [first, ...others] = this.live;
    for (const other of others) {
      if (!equalBytes(other.epochAuthenticator, first!.epochAuthenticator)) throw new Error("members disagree");
    }
    for (const gone of this.removed) {
      if (equalBytes(gone.epochAuthenticator, first!.epochAuthenticator)) throw new Error("a removed member follows");
    }
  }

  private welcome(joined: Group): void {
    this.joiners++;
    if (!equalBytes(joined.epochAuthenticator, this.live[0]!.epochAuthenticator)) throw new Error("a joiner disagrees");
    this.live.push(joined);
    if (this.live.length > this.plan.live) this.live.splice(this.pick(this.live.length), 1);
  }

  /** A message of the present epoch: all who are run read it, the removed ones do not. */
  talk(): void {
    const sender = this.live[this.pick(this.live.length)]!;
    const data = this.random(40);
    const { message } = sender.encrypt(data);
    for (const group of this.live) {
      if (group === sender) continue;
      const staged = ok(group.stage(message));
      if (staged.kind !== "application" || !equalBytes(staged.data, data)) throw new Error("misread");
      group.apply(staged);
    }
    for (const gone of this.removed) this.expectUseless(gone, message);
  }

  private expectUseless(gone: Group, message: Uint8Array): void {
    const result = gone.stage(message);
    if (result.ok && !(result.value.kind === "commit" && result.value.selfRemoved)) {
      throw new Error("a removed member takes a later message");
    }
  }

  /**
   * What a removed member would do without our checks: open the commit that removes it, which is of its own epoch, and try
   * each private key it has on each sealed secret of the path, under the very context the secrets were sealed with.
   */
  private tryKeys(gone: Group, message: Uint8Array, staged: StagedCommit): void {
    const path = pathOf(inside(gone), message);
    const { context } = inside(gone).state;
    const next = staged.next!;
    const sealedUnder = encodeGroupContext(provisionalContext(context, next.treeHash, next.extensions));
    const opens = (keys: Iterable<Uint8Array>) => {
      let opened = 0;
      for (const key of keys)
        for (const { encryptedPathSecret } of path.nodes)
          for (const sealed of encryptedPathSecret)
            if (this.suite.decryptWithLabel(key, "UpdatePathNode", sealedUnder, sealed) !== null) opened++;
      return opened;
    };
    if (opens(inside(gone).state.keys.values()) > 0) throw new Error("a removed member opens the path");
    const member = this.live.find((group) => group !== gone && group.ownLeafIndex !== staged.sender.leafIndex);
    if (member !== undefined) this.openedByMembers += opens(inside(member).state.keys.values()) > 0 ? 1 : 0;
  }

  private leaf() {
    return {
      credential: { type: "basic" as const, identity: this.random(8) },
      capabilities,
      extensions: [],
      signaturePrivateKey: this.random(32),
    };
  }

  private pick(below: number): number {
    return new DataView(this.random(4).buffer).getUint32(0) % below;
  }

  private random(length: number): Uint8Array {
    const out = new Uint8Array(length);
    for (let at = 0; at < length; at += 32) {
      const block = nodeCrypto.hash("sha256", new TextEncoder().encode(`${this.plan.seed}/${this.counter++}`));
      out.set(block.subarray(0, Math.min(32, length - at)), at);
    }
    return out;
  }

  /** Where the run stands: for the error message of a failure. */
  describe(step: number): string {
    return `seed ${this.plan.seed}, step ${step}, epoch ${toHex(this.live[0]!.epochAuthenticator).slice(0, 8)}`;
  }
}

const inside = (group: Group) => (group as unknown as { inner: GroupInternals }).inner;

function pathOf(group: GroupInternals, message: Uint8Array): UpdatePath {
  const item = decodeMessage(message);
  if (item.wireFormat !== "private") throw new Error("not a private message");
  const secrets = { senderData: group.state.secrets.senderData, tree: group.secretTree };
  const { content } = openPrivateMessage(group.suite, secrets, item.message, () => true).content;
  if (content.type !== "commit" || content.commit.path === null) throw new Error("a removal without new keys");
  return content.commit.path;
}

function ok<T>(result: Result<T, MlsError>): T {
  if (!result.ok) throw result.error;
  return result.value;
}
