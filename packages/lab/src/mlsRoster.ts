import { type BenchSuite, engine, newcomer, unwrap } from "@conclave/bench";
import { decodeMessage, Group, type KeyPackageBundle, type Proposal, type StagedCommit } from "@conclave/mls";
import { join, number, numberAt, opened } from "./keys.js";
import { Member, NotAllowed, OWNER } from "./member.js";
import { ALL } from "./post.js";

const SAY = 1;
const COMMIT = 2;
const WELCOME = 3;
const KEY_PACKAGE = 4;
const IN = 1;
const OUT = 2;

/** Who decides besides the owner. */
export const ADMIN = 1;

/**
 * MLS by the project's engine, and beside it a small roster: a commit that changes who is in carries a decision, signed by
 * the owner or an admin for this epoch and this leaf. Every member holds the commit against it, and refuses any other.
 */
export class MlsMember extends Member {
  group: Group | null = null;
  private bundle: KeyPackageBundle | null = null;
  private readonly offered = new Map<number, Uint8Array>();
  private readonly leafKeys = new Map<number, Uint8Array>();

  say(text: string): void {
    this.line.give(ALL, join(Uint8Array.of(SAY), this.group!.encrypt(Buffer.from(text)).message));
  }

  /** A newcomer gives its key package to the member who lets people in. */
  offer(suite: BenchSuite, to: number): void {
    const bundle = newcomer(suite);
    this.bundle = bundle;
    this.line.give(to, join(Uint8Array.of(KEY_PACKAGE), bundle.encoded));
  }

  hear(from: number, bytes: Uint8Array): void {
    const body = bytes.subarray(1);
    if (bytes[0] === KEY_PACKAGE) this.offered.set(from, body);
    else if (bytes[0] === WELCOME) this.enter(body);
    else if (bytes[0] === COMMIT) this.takeCommit(body);
    else this.takeMessage(from, body);
  }

  letIn(name: number): void {
    const decoded = decodeMessage(this.offered.get(name)!);
    if (decoded.wireFormat !== "keyPackage") throw new Error("no key package");
    const keyPackage = decoded.message;
    const leafKey = keyPackage.leafNode.signatureKey;
    const welcome = this.commit(this.decision(IN, name, leafKey), { type: "add", keyPackage });
    this.leafKeys.set(name, leafKey);
    this.line.give(name, join(Uint8Array.of(WELCOME), welcome!));
  }

  putOut(name: number): void {
    const leafKey = this.leafKeys.get(name)!;
    const { leafIndex } = [...this.group!.view.members()].find(({ leafNode }) => same(leafNode.signatureKey, leafKey))!;
    this.commit(this.decision(OUT, name, leafKey), { type: "remove", removed: leafIndex });
  }

  /** New keys, and the same people. */
  rekey(): void {
    this.commit(new Uint8Array(0));
  }

  private decision(what: number, name: number, leafKey: Uint8Array): Uint8Array {
    if (!this.mayDecide(this.name)) throw new NotAllowed();
    const epoch = number(Number(this.group!.epoch));
    return this.keys.signed(join(Uint8Array.of(what), number(this.name), number(name), epoch, leafKey));
  }

  private commit(decision: Uint8Array, ...proposals: Proposal[]): Uint8Array | null {
    const made = unwrap(this.group!.commit({ proposals, authenticatedData: decision }));
    this.group!.apply(made.staged);
    this.line.give(ALL, join(Uint8Array.of(COMMIT), made.message));
    return made.welcome;
  }

  private takeCommit(body: Uint8Array): void {
    if (this.group === null) return;
    const staged = this.group.stage(body);
    if (!staged.ok || staged.value.kind !== "commit") this.noticed.push("a commit that does not fit");
    else if (!this.isDecided(staged.value)) this.noticed.push("a change that nobody with the right to it decided");
    // A removed member keeps what they had: nobody can make them forget.
    else if (staged.value.next !== null) this.group.apply(staged.value);
  }

  private isDecided({ adds, removes, authenticatedData, epoch, sender }: StagedCommit): boolean {
    const changed = [...adds, ...removes];
    if (changed.length === 0) return sender.type === "member";
    const by = authenticatedData.length > 5 ? numberAt(authenticatedData, 1) : -1;
    const signer = this.list.people.get(by);
    const decision = signer && this.mayDecide(by) ? opened(signer, authenticatedData) : null;
    if (decision === null || changed.length !== 1 || numberAt(decision, 9) !== Number(epoch)) return false;
    if (decision[0] !== (adds.length === 1 ? IN : OUT)) return false;
    const leafKey = decision.slice(13);
    if (!same(changed[0]!.leafNode.signatureKey, leafKey)) return false;
    this.leafKeys.set(numberAt(decision, 5), leafKey);
    return true;
  }

  private takeMessage(from: number, body: Uint8Array): void {
    if (this.group === null) return;
    const staged = this.group.stage(body);
    if (!staged.ok || staged.value.kind !== "application") {
      this.noticed.push("a message that cannot be read");
      return;
    }
    if (staged.value.epoch < this.group.epoch) this.noticed.push("a message by keys from before the last change");
    this.group.apply(staged.value);
    this.read.push({ from, text: Buffer.from(staged.value.data).toString() });
  }

  private enter(welcome: Uint8Array): void {
    if (this.group !== null) {
      this.noticed.push("a Welcome into a group that it is in");
      return;
    }
    const joined = Group.join(engine, { welcome, keyPackage: this.bundle! });
    if (joined.ok) this.group = joined.value.group;
    else this.noticed.push("a Welcome that does not fit");
  }

  private mayDecide(name: number): boolean {
    return name === OWNER || name === ADMIN;
  }
}

function same(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}
