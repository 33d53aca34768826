import { join, newKey, number, numberAt, opened, type PublicKeys, seal, unseal } from "./keys.js";
import { decodeList, encodeList, type List, without, withPerson } from "./list.js";
import { Member } from "./member.js";
import { ALL } from "./post.js";

const SAY = 1;
const LIST = 2;
const WRAPPED_BYTES = 60;

/**
 * The owner signs a list of everybody's keys, with a version. Each message has a key of its own, wrapped for everybody on
 * the sender's list by a pairwise key, which both ends keep.
 */
export class PairwiseMember extends Member {
  private readonly pairs = new Map<number, Uint8Array>();

  say(text: string): void {
    const key = newKey();
    const others = [...this.list.people].filter(([name]) => name !== this.name);
    const wrapped = others.map(([name, keys]) => join(number(name), seal(this.pairWith(name, keys), key)));
    this.line.give(ALL, join(Uint8Array.of(SAY), number(wrapped.length), ...wrapped, seal(key, Buffer.from(text))));
  }

  hear(from: number, bytes: Uint8Array): void {
    const body = bytes.subarray(1);
    if (bytes[0] === LIST) {
      this.takeList(body);
      return;
    }
    const sender = this.list.people.get(from);
    const text = sender === undefined ? null : this.unwrap(this.pairWith(from, sender), body);
    if (text === null) this.noticed.push("a message that cannot be read");
    else this.read.push({ from, text });
  }

  letIn(name: number, keys: PublicKeys): void {
    this.onlyOwner();
    this.publish(withPerson(this.list, name, keys));
  }

  putOut(name: number): void {
    this.onlyOwner();
    this.publish(without(this.list, name));
  }

  /** The list as the owner signs it. */
  signed(list: List): Uint8Array {
    return join(Uint8Array.of(LIST), this.keys.signed(encodeList(list)));
  }

  protected publish(list: List): void {
    this.list = list;
    this.line.give(ALL, this.signed(list));
  }

  protected takeList(signed: Uint8Array): void {
    const bytes = opened(this.owner, signed);
    if (bytes === null) this.noticed.push("a list that the owner did not sign");
    else if (numberAt(bytes) <= this.list.version) this.noticed.push("a list that is not newer");
    else this.list = decodeList(bytes);
  }

  protected pairWith(name: number, keys: PublicKeys): Uint8Array {
    let pair = this.pairs.get(name);
    if (pair === undefined) this.pairs.set(name, (pair = this.keys.shared(keys)));
    return pair;
  }

  private unwrap(pair: Uint8Array, body: Uint8Array): string | null {
    const count = numberAt(body);
    const message = body.subarray(4 + count * (4 + WRAPPED_BYTES));
    for (let index = 0, at = 4; index < count; index++, at += 4 + WRAPPED_BYTES) {
      if (numberAt(body, at) !== this.name) continue;
      const key = unseal(pair, body.subarray(at + 4, at + 4 + WRAPPED_BYTES));
      const plain = key === null ? null : unseal(key, message);
      return plain === null ? null : Buffer.from(plain).toString();
    }
    return null;
  }
}
