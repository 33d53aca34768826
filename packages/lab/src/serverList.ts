import { join, Keys, number, numberAt, type PublicKeys, seal, unseal } from "./keys.js";
import { decodePerson, encodePerson } from "./list.js";
import { Member, OWNER } from "./member.js";
import { ALL, type Parcel, type Post } from "./post.js";

const SAY = 1;
const ADD = 2;
const REMOVE = 3;
const SERVER = 0xfffffffe;

/** Each member has a key with the server, as by SSH; the server holds the list, and opens and closes every message. */
export class ServerListMember extends Member {
  private readonly link: Uint8Array;

  constructor(server: PublicKeys, ...rest: ConstructorParameters<typeof Member>) {
    super(...rest);
    this.link = this.keys.shared(server);
  }

  say(text: string): void {
    this.tell(join(Uint8Array.of(SAY), Buffer.from(text)));
  }

  hear(_from: number, bytes: Uint8Array): void {
    const plain = unseal(this.link, bytes);
    if (plain !== null) this.read.push({ from: numberAt(plain), text: Buffer.from(plain.subarray(4)).toString() });
  }

  letIn(name: number, keys: PublicKeys): void {
    this.onlyOwner();
    this.tell(join(Uint8Array.of(ADD), encodePerson(name, keys)));
  }

  putOut(name: number): void {
    this.onlyOwner();
    this.tell(join(Uint8Array.of(REMOVE), number(name)));
  }

  private tell(bytes: Uint8Array): void {
    this.line.give(SERVER, seal(this.link, bytes));
  }
}

/** The server's side: authorized_keys is a map in its memory, and it can write there what it likes. */
export class ListServer {
  readonly keys = new Keys();
  readonly authorized = new Map<number, PublicKeys>();
  readonly everythingSaid: string[] = [];
  workMs = 0;
  private readonly links = new Map<number, Uint8Array>();

  constructor(post: Post) {
    post.route = (parcel) => {
      const before = performance.now();
      const parcels = this.take(parcel);
      this.workMs += performance.now() - before;
      return parcels;
    };
  }

  private take({ from, bytes }: Parcel): Parcel[] {
    if (!this.authorized.has(from)) return [];
    const plain = unseal(this.linkOf(from), bytes);
    if (plain === null) return [];
    const rest = plain.subarray(1);
    if (plain[0] === ADD && from === OWNER) this.authorized.set(...decodePerson(rest));
    if (plain[0] === REMOVE && from === OWNER) this.authorized.delete(numberAt(rest));
    if (plain[0] !== SAY) return [];
    this.everythingSaid.push(Buffer.from(rest).toString());
    const others = [...this.authorized.keys()].filter((name) => name !== from);
    return others.map((to) => ({ from: ALL, to, bytes: seal(this.linkOf(to), join(number(from), rest)) }));
  }

  private linkOf(name: number): Uint8Array {
    const known = this.links.get(name);
    if (known !== undefined) return known;
    const made = this.keys.shared(this.authorized.get(name)!);
    this.links.set(name, made);
    return made;
  }
}
