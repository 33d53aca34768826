import { systemRandom } from "@conclave/crypto/node";
import { type CreatedCommit, Group, type StagedApplication } from "@conclave/mls";
import type { Sample } from "./mlsSample.js";
import { actors, type BenchSuite, deltaBytes, engine, leaf, newcomer, unwrap } from "./mlsGroup.js";
import type { FilledGroup } from "./mlsTree.js";
import { time } from "./stopwatch.js";

const MESSAGES = 50;

/** One round of all operations of Conclave's engine among two members of this group (null: a group of two). */
export class OurRounds {
  private readonly acting: Group;
  private readonly following: Group;

  constructor(
    private readonly suite: BenchSuite,
    group: FilledGroup | null,
  ) {
    [this.acting, this.following] = actors(suite, group);
  }

  async round(sample: Sample): Promise<void> {
    await this.commit(sample, "commit", []);
    const bundle = newcomer(this.suite);
    const added = await this.commit(sample, "add", [{ type: "add", keyPackage: bundle.keyPackage }]);
    const joined = await time(() => unwrap(Group.join(engine, { welcome: added.welcome!, keyPackage: bundle })));
    sample("join by Welcome", joined);
    const removed = joined.value.group.ownLeafIndex;
    await this.commit(sample, "remove", [{ type: "remove", removed }]);
    this.heal();
    await this.external(sample);
    await this.messages(sample);
    sample("load from records", await time(() => Group.load(engine, joined.value.delta.put)));
  }

  private async commit(
    sample: Sample,
    name: "commit" | "add" | "remove",
    proposals: NonNullable<Parameters<Group["commit"]>[0]["proposals"]>,
  ): Promise<Pick<CreatedCommit, "welcome">> {
    const { acting, following } = this;
    const created = await time(() => {
      const commit = unwrap(acting.commit({ proposals }));
      const delta = acting.apply(commit.staged);
      return { ...commit, stored: deltaBytes(delta) };
    });
    sample(`${name}: create`, created);
    const { message, welcome, stored } = created.value;
    sample(`${name}: process`, await time(() => following.apply(unwrap(following.stage(message)))));
    if (name === "commit") {
      sample.bytes("stored for a commit", stored);
      sample.bytes("a commit on the wire", message.length);
    }
    return { welcome };
  }

  private async external(sample: Sample): Promise<void> {
    const info = await time(() => this.acting.view.groupInfo());
    sample("group info with the tree", info);
    const options = { groupInfo: info.value, leaf: leaf(this.suite) };
    const joined = await time(() => unwrap(Group.joinExternal(engine, options)));
    sample("external join: create", joined);
    const { message, group } = joined.value;
    const processed = await time(() => this.following.apply(unwrap(this.following.stage(message))));
    sample("external join: process", processed);
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
    const encrypted = await time(() => {
      const { message, delta } = this.acting.encrypt(data);
      stored = deltaBytes(delta);
      sent.push(message);
    }, MESSAGES);
    sample("encrypt 256 B", encrypted);
    let next = 0;
    const decrypted = await time(() => {
      const staged = unwrap(this.following.stage(sent[next++]!)) as StagedApplication;
      this.following.apply(staged);
    }, MESSAGES);
    sample("decrypt 256 B", decrypted);
    sample.bytes("stored for a message", stored);
  }
}
