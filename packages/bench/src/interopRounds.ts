import { systemRandom } from "@conclave/crypto/node";
import type { InteropMember, MadeCommit, MakeMember } from "./interopMember.js";
import type { BenchSuite } from "./mlsParts.js";
import type { Sample } from "./mlsSample.js";
import { time } from "./stopwatch.js";

const MESSAGES = 20;

/** One engine in a group: its members, how it makes more, and where its times go. */
export interface Side {
  readonly members: InteropMember[];
  readonly make: MakeMember;
  readonly sample: Sample;
}

/** A group of two engines. Whatever a member makes, every other one takes and then has the same secret, or it throws. */
export class MixedGroup {
  constructor(
    private readonly suite: BenchSuite,
    private readonly groupId: Uint8Array,
    private readonly ours: Side,
    private readonly theirs: Side,
    /** Numbers from here on are free. */
    private nextNumber: number,
  ) {}

  /** The same for both engines, each way: commits, an add, a join by Welcome, a removal, messages. */
  async round(): Promise<void> {
    await this.act(this.ours, this.theirs);
    await this.act(this.theirs, this.ours);
  }

  /** Somebody of this side comes by external commit, by a GroupInfo that any member gives. */
  async joinExternal(side: Side, groupInfo: Uint8Array): Promise<void> {
    const member = await side.make(this.suite, this.nextNumber++);
    const { commit } = await member.joinExternal(this.groupId, groupInfo);
    await this.spread(commit, member);
    side.members.push(member);
    await this.check();
  }

  /** Somebody new of `newcomers` is added by the first of `by`. The first of the others is timed. */
  async add(by: Side, newcomers: Side): Promise<InteropMember> {
    const member = await newcomers.make(this.suite, this.nextNumber++);
    const keyPackage = await member.keyPackage();
    const { welcome } = await this.commit(by, "add", (first) => first.add([keyPackage]));
    newcomers.sample("join by Welcome", await time(() => member.joinWelcome(this.groupId, welcome!)));
    newcomers.members.push(member);
    await this.check();
    return member;
  }

  /** The first of `by` removes a member. */
  async remove(by: Side, { number }: InteropMember): Promise<void> {
    for (const { members } of this.sides()) {
      const at = members.findIndex((member) => member.number === number);
      if (at >= 0) members.splice(at, 1);
    }
    await this.commit(by, "remove", (first) => first.remove(number));
  }

  /** The first of `by` makes a commit, and all others take it. */
  async commit(by: Side, name: string, make: (first: InteropMember) => Promise<MadeCommit>): Promise<MadeCommit> {
    const first = by.members[0]!;
    const created = await time(() => make(first));
    by.sample(`${name}: create`, created);
    const other = this.sides().find((side) => side !== by)!;
    const processed = await time(() => other.members[0]!.receive(created.value.commit));
    other.sample(`${name}: process`, processed);
    await this.spread(created.value.commit, first, other.members[0]!);
    await this.check();
    return created.value;
  }

  /** Gives a message to all but those who have it. */
  async spread(message: Uint8Array, ...except: readonly InteropMember[]): Promise<void> {
    for (const { members } of this.sides())
      for (const member of members) if (!except.includes(member)) await member.receive(message);
  }

  /** Everybody has the same secret; each says something, and all others read it. */
  async check(): Promise<void> {
    const all = this.sides().flatMap(({ members }) => members);
    const secret = Buffer.from(await all[0]!.exported());
    for (const member of all)
      if (!secret.equals(await member.exported())) throw new Error(`Number ${member.number} has another secret.`);
    for (const by of all) {
      const text = systemRandom(32);
      const message = await by.encrypt(text);
      for (const reader of all)
        if (reader !== by && !Buffer.from(text).equals((await reader.receive(message)) ?? new Uint8Array()))
          throw new Error(`Number ${reader.number} reads something else than number ${by.number} wrote.`);
    }
  }

  private async act(by: Side, other: Side): Promise<void> {
    await this.commit(by, "commit", (first) => first.commit());
    await this.remove(by, await this.add(by, other));
    await this.heal();
    await this.messages(by, other);
  }

  /** New keys for the place where newcomers sat, so that each round finds the same full tree. */
  private async heal(): Promise<void> {
    const last = this.theirs.members.at(-1)!;
    await this.spread((await last.commit()).commit, last);
  }

  private async messages(by: Side, other: Side): Promise<void> {
    const [writer, reader] = [by.members[0]!, other.members[0]!];
    const text = systemRandom(256);
    // The first message of an epoch opens the writer's branch of the secret tree: not what most messages cost.
    await reader.receive(await writer.encrypt(text));
    const sent: Uint8Array[] = [];
    by.sample("encrypt 256 B", await time(async () => sent.push(await writer.encrypt(text)), MESSAGES));
    other.sample("decrypt 256 B", await time(() => reader.receive(sent.shift()!), MESSAGES));
  }

  private sides(): readonly [Side, Side] {
    return [this.ours, this.theirs];
  }
}
