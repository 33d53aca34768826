import { join, number, numberAt, type PublicKeys, seal, unseal } from "./keys.js";
import { without, withPerson } from "./list.js";
import { Member, OWNER } from "./member.js";

/** Each member has a key with the owner, whose machine opens every message and closes it again for each of the others. */
export class HubMember extends Member {
  private readonly links = new Map<number, Uint8Array>();

  say(text: string): void {
    if (this.name === OWNER) this.pass(this.name, Buffer.from(text));
    else this.line.give(OWNER, seal(this.linkTo(OWNER, this.owner), Buffer.from(text)));
  }

  hear(from: number, bytes: Uint8Array): void {
    if (this.name === OWNER) {
      const sender = this.list.people.get(from);
      const plain = sender === undefined ? null : unseal(this.linkTo(from, sender), bytes);
      if (plain === null) this.noticed.push("a message of nobody on the list");
      else {
        this.read.push({ from, text: Buffer.from(plain).toString() });
        this.pass(from, plain);
      }
      return;
    }
    const plain = unseal(this.linkTo(OWNER, this.owner), bytes);
    if (plain === null) this.noticed.push("a message that is not the owner's");
    else this.read.push({ from: numberAt(plain), text: Buffer.from(plain.subarray(4)).toString() });
  }

  letIn(name: number, keys: PublicKeys): void {
    this.onlyOwner();
    this.list = withPerson(this.list, name, keys);
  }

  putOut(name: number): void {
    this.onlyOwner();
    this.list = without(this.list, name);
    this.links.delete(name);
  }

  private pass(from: number, plain: Uint8Array): void {
    for (const [name, keys] of this.list.people)
      if (name !== from && name !== this.name)
        this.line.give(name, seal(this.linkTo(name, keys), join(number(from), plain)));
  }

  private linkTo(name: number, keys: PublicKeys): Uint8Array {
    let link = this.links.get(name);
    if (link === undefined) this.links.set(name, (link = this.keys.shared(keys)));
    return link;
  }
}
