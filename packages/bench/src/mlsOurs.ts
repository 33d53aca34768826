import { noteSignatures } from "@conclave/crypto";
import { systemRandom } from "@conclave/crypto/node";
import { makeNodeCrypto } from "@conclave/crypto/testing";
import { askAboutLeaves, type CreatedCommit, type Engine, Group, type StagedApplication } from "@conclave/mls";
import type { CallCounts } from "./mlsFloor.js";
import type { Sample } from "./mlsSample.js";
import type { CallProfile } from "./callProfile.js";
import { actors, type BenchSuite, calls, deltaBytes, engine, leaf, newcomer, unwrap } from "./mlsGroup.js";
import type { FilledGroup } from "./mlsTree.js";
import { time } from "./stopwatch.js";

const MESSAGES = 50;

/** One round of all operations of Conclave's engine among two members of this group (null: a group of two). */
export class OurRounds {
  private readonly on: Engine;
  private readonly acting: Group;
  private readonly following: Group;

  constructor(
    private readonly suite: BenchSuite,
    group: FilledGroup | null,
    private readonly profile: CallProfile | null = null,
  ) {
    this.on = profile === null ? engine : { ...engine, crypto: profile.of(engine.crypto) };
    [this.acting, this.following] = actors(suite, group, this.on);
  }

  async round(sample: Sample): Promise<void> {
    await this.commit(sample, "commit", []);
    const bundle = newcomer(this.suite);
    const added = await this.commit(sample, "add", [{ type: "add", keyPackage: bundle.keyPackage }]);
    const welcomed = { welcome: added.welcome!, keyPackage: bundle };
    const joined = await this.measured(sample, "join by Welcome", () => unwrap(Group.join(this.on, welcomed)));
    await this.joinAhead(sample, welcomed);
    const removed = joined.group.ownLeafIndex;
    await this.commit(sample, "remove", [{ type: "remove", removed }]);
    this.heal();
    await this.external(sample);
    await this.messages(sample);
    sample("load from records", await time(() => Group.load(this.on, joined.delta.put)));
  }

  /** The same join as programs do it: the leaves' signatures are verified on Node's threads first, all cores at once. */
  private async joinAhead(sample: Sample, welcomed: Parameters<typeof Group.join>[1]): Promise<void> {
    // One that has not seen these signatures yet.
    const crypto = makeNodeCrypto();
    const joined = await time(async () => {
      const asking = { ...engine, crypto };
      const noted = noteSignatures(crypto, (noting) => {
        askAboutLeaves({ ...asking, crypto: noting }, welcomed);
      });
      await crypto.verifyAhead!(noted);
      return unwrap(Group.join(asking, welcomed));
    });
    sample("join by Welcome, on all cores", joined);
  }

  private async commit(
    sample: Sample,
    name: "commit" | "add" | "remove",
    proposals: NonNullable<Parameters<Group["commit"]>[0]["proposals"]>,
  ): Promise<Pick<CreatedCommit, "welcome">> {
    const { acting, following } = this;
    const { message, welcome, delta } = await this.measured(sample, `${name}: create`, () => {
      const commit = unwrap(acting.commit({ proposals }));
      return { ...commit, delta: acting.apply(commit.staged) };
    });
    await this.measured(sample, `${name}: process`, () => following.apply(unwrap(following.stage(message))));
    if (name === "commit") {
      sample.bytes("stored for a commit", deltaBytes(delta));
      sample.bytes("a commit on the wire", message.length);
    }
    return { welcome };
  }

  private async external(sample: Sample): Promise<void> {
    const groupInfo = await this.measured(sample, "group info with the tree", () => this.acting.view.groupInfo());
    const options = { groupInfo, leaf: leaf(this.suite) };
    const { message, group } = await this.measured(sample, "external join: create", () =>
      unwrap(Group.joinExternal(this.on, options)),
    );
    await this.measured(sample, "external join: process", () =>
      this.following.apply(unwrap(this.following.stage(message))),
    );
    this.acting.apply(unwrap(this.acting.stage(message)));
    // And out again; then new keys for the place where newcomers sat, so that each round finds the same full tree.
    const out = unwrap(this.acting.commit({ proposals: [{ type: "remove", removed: group.ownLeafIndex }] }));
    this.acting.apply(out.staged);
    this.following.apply(unwrap(this.following.stage(out.message)));
    this.heal();
  }

  private heal(): void {
    const { message, staged } = unwrap(this.following.commit({}));
    this.acting.apply(unwrap(this.acting.stage(message)));
    this.following.apply(staged);
  }

  private async messages(sample: Sample): Promise<void> {
    const data = systemRandom(256);
    // The first message of an epoch opens the sender's branch of the secret tree: not what most messages cost.
    const first = this.acting.encrypt(data);
    this.following.apply(unwrap(this.following.stage(first.message)));
    const sent: Uint8Array[] = [];
    let stored = 0;
    await this.measured(
      sample,
      "encrypt 256 B",
      () => {
        const { message, delta } = this.acting.encrypt(data);
        stored = deltaBytes(delta);
        sent.push(message);
        return delta;
      },
      MESSAGES,
    );
    let next = 0;
    await this.measured(
      sample,
      "decrypt 256 B",
      () => {
        const staged = unwrap(this.following.stage(sent[next++]!)) as StagedApplication;
        return this.following.apply(staged);
      },
      MESSAGES,
    );
    sample.bytes("stored for a message", stored);
  }

  /** One run of an operation, `times` times in a row if it is short, and the calls of the primitives that each made. */
  private async measured<T>(sample: Sample, name: string, work: () => T, times = 1): Promise<T> {
    calls.take();
    this.profile?.clear();
    const timing = await time(work, times);
    for (const { name: part, ms } of this.profile?.rows() ?? []) sample.part(name, part, ms / times);
    const made = Object.entries(calls.take()).map(([call, count]) => [call, count / times]);
    sample(name, timing, Object.fromEntries(made) as CallCounts);
    return timing.value;
  }
}
