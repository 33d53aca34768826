import { Keys } from "./keys.js";
import type { List } from "./list.js";
import { type Member, OWNER } from "./member.js";
import { Line, Post } from "./post.js";
import type { ListServer } from "./serverList.js";

/** Who is at a machine of their own: a name, keys, what is known at the founding, and a line to the server. */
export type Seat = ConstructorParameters<typeof Member>;

/** A construction: how its members come to be, and what its server does to get in. */
export interface Construction {
  readonly id: string;
  readonly title: string;
  /** Called once for each room, when everybody is connected. */
  begin(room: Room): void | Promise<void>;
  seat(room: Room, seat: Seat): Member;
  /** A newcomer, before somebody lets it in. */
  arrive?(room: Room, member: Member): void;
  /** What has to happen after a removal before the next measurement, and is not measured. */
  tend?(room: Room): void;
  /** Whether each member has to have spoken before what a change costs can be measured. */
  readonly everybodyHasSpoken?: boolean;
  /** The server tries to get `spy`, which it runs itself, onto everybody's list. */
  walkIn(room: Room, spy: Member): void;
}

/** A room of `size` at a server of its own. `awake` of them work; the others are connections that take the bytes. */
export class Room {
  readonly members = new Map<number, Member>();
  private readonly lines = new Map<number, Line>();
  private nextName: number;
  private givenByGone = 0;
  /** What a server holds beside its post. */
  server: ListServer | null = null;

  private constructor(
    readonly construction: Construction,
    readonly post: Post,
    readonly size: number,
    private readonly keysOf: ReadonlyMap<number, Keys>,
  ) {
    this.nextName = size;
  }

  static async open(construction: Construction, size: number, awake = size): Promise<Room> {
    const keysOf = new Map(Array.from({ length: size }, (_, name) => [name, new Keys()]));
    const room = new Room(construction, await Post.open(), size, keysOf);
    for (let name = 0; name < size; name++) room.lines.set(name, await Line.open(room.post.port, name));
    await until(() => room.post.connected === size);
    for (let name = 0; name < Math.min(awake, size); name++) room.sit(name, keysOf.get(name)!, room.list);
    await construction.begin(room);
    await room.settle();
    return room;
  }

  get list(): List {
    return { version: 1, people: new Map([...this.keysOf].map(([name, keys]) => [name, keys.public])) };
  }

  /** People whose connections take bytes, and who do nothing else. */
  get asleep(): number {
    return this.size - [...this.members.keys()].filter((name) => name < this.size).length;
  }

  get owner(): Member {
    return this.members.get(OWNER)!;
  }

  member(name: number): Member {
    return this.members.get(name)!;
  }

  /** Somebody at a new connection, who knows the owner's key and nothing else. */
  async newcomer(): Promise<Member> {
    const name = this.nextName++;
    this.lines.set(name, await Line.open(this.post.port, name));
    await until(() => this.post.isConnected(name));
    return this.sit(name, new Keys(), { version: 0, people: new Map() });
  }

  private sit(name: number, keys: Keys, list: List): Member {
    const member = this.construction.seat(this, [
      name,
      keys,
      this.keysOf.get(OWNER)!.public,
      list,
      this.lines.get(name)!,
    ]);
    this.members.set(name, member);
    return member;
  }

  /** Until the server has everything that was given to it, and everybody has everything that it handed out. */
  async settle(): Promise<void> {
    await until(() => {
      const given = [...this.lines.values()].reduce((sum, line) => sum + line.given, this.givenByGone);
      if (given !== this.post.taken) return false;
      return [...this.lines].every(([name, line]) => line.received === (this.post.sent.get(name) ?? 0));
    });
  }

  async goAway(name: number): Promise<void> {
    await this.settle();
    this.givenByGone += this.lines.get(name)!.given;
    this.lines.get(name)!.close();
    this.lines.delete(name);
    this.members.delete(name);
    await until(() => !this.post.isConnected(name));
  }

  async close(): Promise<void> {
    for (const line of this.lines.values()) line.close();
    await this.post.close();
  }
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((done) => setTimeout(done, 1));
}
