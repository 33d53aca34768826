import { nodeCrypto } from "@conclave/crypto/node";
import { join, newKey, opened, type PublicKeys, seal, unseal } from "./keys.js";
import type { List } from "./list.js";
import { PairwiseMember } from "./pairwise.js";
import { ALL } from "./post.js";

const SAY = 1;
const LIST = 2;
const SENDER_KEY = 3;

/**
 * The same signed list. Each member has one chain of keys for what it sends, given once to everybody on its list by the
 * pairwise keys; each message is sealed once, and signed. Each removal makes everybody begin a new chain.
 */
export class SenderKeysMember extends PairwiseMember {
  private own: Uint8Array | null = null;
  private readonly chains = new Map<number, Uint8Array>();

  override say(text: string): void {
    if (this.own === null) this.begin([...this.list.people]);
    const key = this.step(this.own!);
    this.own = key.next;
    const sealed = seal(key.message, Buffer.from(text));
    this.line.give(ALL, join(Uint8Array.of(SAY), this.keys.signed(sealed)));
  }

  override hear(from: number, bytes: Uint8Array): void {
    const body = bytes.subarray(1);
    const sender = this.list.people.get(from);
    if (bytes[0] === LIST) this.takeList(body);
    else if (sender === undefined) this.noticed.push("a message of nobody on the list");
    else if (bytes[0] === SENDER_KEY) this.takeChain(from, sender, body);
    else this.takeMessage(from, sender, body);
  }

  protected override publish(list: List): void {
    const before = this.list;
    super.publish(list);
    this.turn(before);
  }

  protected override takeList(signed: Uint8Array): void {
    const before = this.list;
    super.takeList(signed);
    if (this.list !== before) this.turn(before);
  }

  // Somebody is out: a new chain for everybody. Somebody is in: the newcomer is given the chain as it is.
  private turn(before: List): void {
    const isOut = [...before.people.keys()].some((name) => !this.list.people.has(name));
    const fresh = [...this.list.people].filter(([name]) => !before.people.has(name));
    if (!this.list.people.has(this.name)) return;
    if (isOut) this.begin([...this.list.people]);
    else if (this.own !== null && fresh.length < this.list.people.size) this.give(fresh);
  }

  private begin(people: [number, PublicKeys][]): void {
    this.own = newKey();
    this.give(people);
  }

  private give(people: [number, PublicKeys][]): void {
    for (const [name, keys] of people)
      if (name !== this.name)
        this.line.give(name, join(Uint8Array.of(SENDER_KEY), seal(this.pairWith(name, keys), this.own!)));
  }

  private takeChain(from: number, sender: PublicKeys, body: Uint8Array): void {
    const chain = unseal(this.pairWith(from, sender), body);
    if (chain === null) this.noticed.push("a sender key that cannot be read");
    else this.chains.set(from, chain);
  }

  private takeMessage(from: number, sender: PublicKeys, body: Uint8Array): void {
    const sealed = opened(sender, body);
    const chain = this.chains.get(from);
    if (sealed === null || chain === undefined) {
      this.noticed.push("a message that cannot be read");
      return;
    }
    const { message, next } = this.step(chain);
    const plain = unseal(message, sealed);
    if (plain === null) this.noticed.push("a message that cannot be read");
    else {
      this.chains.set(from, next);
      this.read.push({ from, text: Buffer.from(plain).toString() });
    }
  }

  private step(chain: Uint8Array): { message: Uint8Array; next: Uint8Array } {
    const expand = (label: number) => nodeCrypto.hkdfExpand("sha256", chain, Uint8Array.of(label), 32);
    return { message: expand(0), next: expand(1) };
  }
}
