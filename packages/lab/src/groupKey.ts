import { join, newKey, number, numberAt, opened, type PublicKeys, seal, unseal } from "./keys.js";
import { type List, without, withPerson } from "./list.js";
import { Member } from "./member.js";
import { ALL } from "./post.js";

const SAY = 1;
const KEY = 2;
const WRAPPED_BYTES = 60;

/**
 * The owner makes one key for everybody, and gives it to each, wrapped with a pairwise key. A newcomer gets the key that is in
 * use; each removal makes a new one. The owner's signature is on the list and the wrapped keys together.
 */
export class GroupKeyMember extends Member {
  private groupKey = new Uint8Array(0);
  private readonly wrapping = new Map<number, Uint8Array>();

  say(text: string): void {
    this.line.give(ALL, join(Uint8Array.of(SAY), seal(this.groupKey, Buffer.from(text))));
  }

  hear(from: number, bytes: Uint8Array): void {
    const body = bytes.subarray(1);
    if (bytes[0] === KEY) {
      this.takeKey(body);
      return;
    }
    const plain = unseal(this.groupKey, body);
    if (plain === null) this.noticed.push("a message that cannot be read");
    else this.read.push({ from, text: Buffer.from(plain).toString() });
  }

  letIn(name: number, keys: PublicKeys): void {
    this.onlyOwner();
    this.list = withPerson(this.list, name, keys);
    this.line.give(name, this.handOver(this.list, [name]));
  }

  putOut(name: number): void {
    this.onlyOwner();
    this.list = without(this.list, name);
    this.rotate();
  }

  /** A new key for everybody on the list. The founding is the first. */
  rotate(): void {
    this.groupKey = new Uint8Array(newKey());
    const others = [...this.list.people.keys()].filter((name) => name !== this.name);
    this.line.give(ALL, this.handOver(this.list, others));
  }

  /** Like {@link rotate}, but by a machine that is not the owner's, with a list that it made up. */
  impose(list: List, names: readonly number[]): Uint8Array {
    this.groupKey = new Uint8Array(newKey());
    return this.handOver(list, names);
  }

  /** A signed parcel: the version, and for each of these people the key that is in use. */
  handOver({ version, people }: List, names: readonly number[]): Uint8Array {
    const keys = names.map((name) => {
      let wrapping = this.wrapping.get(name);
      if (wrapping === undefined) this.wrapping.set(name, (wrapping = this.keys.shared(people.get(name)!)));
      return join(number(name), seal(wrapping, this.groupKey));
    });
    return join(Uint8Array.of(KEY), this.keys.signed(join(number(version), ...keys)));
  }

  private takeKey(signed: Uint8Array): void {
    const bytes = opened(this.owner, signed);
    if (bytes === null || numberAt(bytes) <= this.list.version) {
      this.noticed.push(bytes === null ? "a key that the owner did not sign" : "a key that is not newer");
      return;
    }
    for (let at = 4; at < bytes.length; at += 4 + WRAPPED_BYTES) {
      if (numberAt(bytes, at) !== this.name) continue;
      const key = unseal(this.keys.shared(this.owner), bytes.subarray(at + 4, at + 4 + WRAPPED_BYTES));
      if (key === null) return;
      this.groupKey = new Uint8Array(key);
      this.list = { version: numberAt(bytes), people: this.list.people };
    }
  }
}
