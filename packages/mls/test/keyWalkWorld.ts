import { equalBytes, type Result } from "@conclave/codec";
import { nodeCrypto } from "@conclave/crypto/node";
import {
  decodeMessage,
  type Delta,
  type Engine,
  generateKeyPackage,
  Group,
  type Staged,
  type StagedApplication,
  type StagedCommit,
  type MlsError,
} from "../src/index.js";
import { Derivations, Forbidden } from "./derivations.js";

const lifetime = { notBefore: 0n, notAfter: 2n ** 64n - 1n };
const capabilities = { versions: [1], cipherSuites: [1], extensions: [], proposals: [], credentials: [1] };
/** The engine looks no further ahead than 200 generations. */
const MOST_PER_EPOCH = 150;

interface Message {
  readonly bytes: Uint8Array;
  readonly epoch: bigint;
  readonly sender: Member;
  readonly data: Uint8Array | null;
  readonly readers: Set<Member>;
}

interface Member {
  group: Group;
  readonly store: Map<string, Uint8Array>;
  readonly forbidden: Forbidden;
  readonly used: Uint8Array[];
  sent: number;
  /** What was staged and not applied yet. */
  staged: { staged: Staged; message: Message | null }[];
  /** Own commits of this epoch: staged, or after a reload only their records as they were made. */
  pending: { bytes: Uint8Array; staged: StagedCommit | null; delta: Delta }[];
}

/**
 * Members that stage, apply, send, commit, lose commits, fall behind and are loaded again in any order, drawn from a seed.
 * After each step nothing in the store of who took it may be a key that was used, or lead to one.
 */
export class KeyWalkWorld {
  private counter = 0;
  private readonly derivations = new Derivations(nodeCrypto);
  private readonly engine: Engine;
  private readonly members: Member[];
  private readonly messages: Message[] = [];
  /** The commit of each epoch: the first that anybody made. */
  private readonly log = new Map<bigint, Uint8Array>();
  /** How often each thing was done. */
  readonly done = new Map<string, number>();

  constructor(
    private readonly seed: number,
    size: number,
  ) {
    this.engine = {
      crypto: this.derivations.crypto,
      random: (length) => this.random(length),
      validateCredential: () => true,
    };
    const options = { groupId: this.random(16), suite: 1, extensions: [] };
    const founded = Group.create(this.engine, { ...options, leaf: { ...this.leaf(), lifetime } });
    const bundles = Array.from({ length: size - 1 }, () =>
      generateKeyPackage(this.engine, { ...this.leaf(), suite: 1, lifetime }),
    );
    const proposals = bundles.map(({ keyPackage }) => ({ type: "add" as const, keyPackage }));
    const created = ok(founded.group.commit({ proposals }));
    const founder = this.member(founded.group, founded.delta);
    write(founder, created.delta);
    write(founder, founded.group.apply(created.staged));
    this.members = [founder];
    for (const keyPackage of bundles) {
      const { group, delta } = ok(Group.join(this.engine, { welcome: created.welcome!, keyPackage }));
      this.members.push(this.member(group, delta));
    }
  }

  step(): void {
    const member = this.members[this.pick(this.members.length)]!;
    const choice = this.pick(100);
    if (choice < 18) this.send(member);
    else if (choice < 40) this.stageMessage(member);
    else if (choice < 62) this.applyStaged(member);
    else if (choice < 68) this.commit(member);
    else if (choice < 75) this.stageCommit(member);
    else if (choice < 79) this.takeCommit(member);
    else if (choice < 83) this.propose(member);
    else if (choice < 90) this.reload(member);
    else this.replay(member);
    const stored = [...member.store, ...member.pending.flatMap(({ delta }) => delta.put)];
    const held = member.forbidden.findIn(stored);
    if (held !== null) throw new Error(`after ${[...this.done.keys()].at(-1)!}: ${held} leads to a key that was used`);
  }

  private send(member: Member): void {
    if (member.sent >= MOST_PER_EPOCH) return;
    this.count("send");
    const data = this.random(20);
    const epoch = member.group.epoch;
    const { message, delta } = member.group.encrypt(data);
    this.useUp(member, message, delta);
    member.sent++;
    const readers = new Set(this.members.filter((other) => other !== member));
    this.messages.push({ bytes: message, epoch, sender: member, data, readers });
  }

  private propose(member: Member): void {
    if (member.sent >= MOST_PER_EPOCH) return;
    this.count("propose");
    const epoch = member.group.epoch;
    const { message, delta } = member.group.proposeUpdate();
    this.useUp(member, message, delta);
    member.sent++;
    const readers = new Set(this.members.filter((other) => other !== member));
    this.messages.push({ bytes: message, epoch, sender: member, data: null, readers });
  }

  private stageMessage(member: Member): void {
    const unread = this.messages.filter(({ readers }) => readers.has(member));
    const message = unread[this.pick(Math.max(1, unread.length))];
    if (message === undefined || message.epoch > member.group.epoch) return;
    this.count("stage");
    const age = member.group.epoch - message.epoch;
    const staged = member.group.stage(message.bytes);
    if (!staged.ok) {
      const isLate = age > 2n || (message.data === null && age > 0n);
      if (!isLate || staged.error.code !== "wrong_epoch") throw new Error(`not readable: ${staged.error.message}`);
      message.readers.delete(member);
      return;
    }
    if (message.data !== null && !equalBytes((staged.value as StagedApplication).data, message.data))
      throw new Error("misread");
    member.staged.push({ staged: staged.value, message });
  }

  private applyStaged(member: Member): void {
    if (member.staged.length === 0) return;
    const [{ staged, message }] = member.staged.splice(this.pick(member.staged.length), 1) as [
      Member["staged"][number],
    ];
    let delta: Delta;
    try {
      delta = member.group.apply(staged);
    } catch (error) {
      // Its keys, or the epoch, moved on in the meantime.
      if (!(error instanceof TypeError)) throw error;
      this.count("apply, stale");
      return;
    }
    if (message === null) {
      this.count("apply a commit");
      this.moved(member, this.log.get(staged.epoch)!, delta);
      return;
    }
    this.count("apply");
    message.readers.delete(member);
    this.useUp(member, message.bytes, delta);
  }

  private commit(member: Member): void {
    this.count("commit");
    const { epoch } = member.group;
    const { message, staged, delta } = ok(member.group.commit({}));
    this.useUp(member, message, delta);
    member.pending.push({ bytes: message, staged, delta: staged.delta });
    if (!this.log.has(epoch)) this.log.set(epoch, message);
  }

  private stageCommit(member: Member): void {
    const bytes = this.log.get(member.group.epoch);
    if (bytes === undefined || member.pending.some((own) => own.bytes === bytes)) return;
    const staged = member.group.stage(bytes);
    if (!staged.ok) throw new Error(`the log's commit is refused: ${staged.error.message}`);
    this.count("stage a commit");
    member.staged.push({ staged: staged.value, message: null });
  }

  /** Takes the log's own commit, as it was made, however long ago. */
  private takeCommit(member: Member): void {
    const won = this.log.get(member.group.epoch);
    const pending = member.pending.find(({ bytes }) => bytes === won);
    if (pending === undefined) return;
    if (pending.staged !== null) {
      this.count("apply the own commit");
      this.moved(member, pending.bytes, member.group.apply(pending.staged));
      return;
    }
    this.count("apply the own commit after a reload");
    write(member, pending.delta);
    member.group = Group.load(this.engine, member.store);
    this.moved(member, pending.bytes, member.group.forgetLeftovers());
  }

  private reload(member: Member): void {
    this.count("reload");
    member.group = Group.load(this.engine, member.store);
    member.staged = [];
    member.pending = member.pending.map((own) => ({ ...own, staged: null }));
  }

  private replay(member: Member): void {
    const bytes = member.used[this.pick(Math.max(1, member.used.length))];
    if (bytes === undefined) return;
    this.count("replay");
    const again = member.group.stage(bytes);
    if (again.ok) throw new Error("a message is taken twice");
    // An own message would be told as own only if its key were there still.
    if (again.error.code !== "generation_consumed" && again.error.code !== "wrong_epoch")
      throw new Error(`a replay is refused as ${again.error.code}`);
  }

  private moved(member: Member, bytes: Uint8Array, delta: Delta): void {
    this.useUp(member, bytes, delta);
    member.pending = [];
    member.sent = 0;
  }

  private useUp(member: Member, bytes: Uint8Array, delta: Delta): void {
    write(member, delta);
    member.used.push(bytes);
    const item = decodeMessage(bytes);
    if (item.wireFormat !== "private") throw new Error("not a private message");
    member.forbidden.add(this.derivations.chain(this.derivations.keyOf(item.message.ciphertext)));
  }

  private member(group: Group, delta: Delta): Member {
    const member: Member = {
      group,
      store: new Map(),
      forbidden: new Forbidden(),
      used: [],
      sent: 0,
      staged: [],
      pending: [],
    };
    write(member, delta);
    return member;
  }

  private count(what: string): void {
    const before = this.done.get(what) ?? 0;
    // Put at the end: the last one is what is being done.
    this.done.delete(what);
    this.done.set(what, before + 1);
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
      const block = nodeCrypto.hash("sha256", new TextEncoder().encode(`keys ${this.seed}/${this.counter++}`));
      out.set(block.subarray(0, Math.min(32, length - at)), at);
    }
    return out;
  }
}

function write(member: Member, delta: Delta): void {
  for (const key of delta.delete) member.store.delete(key);
  for (const [key, value] of delta.put) member.store.set(key, value);
}

function ok<T>(result: Result<T, MlsError>): T {
  if (!result.ok) throw result.error;
  return result.value;
}
