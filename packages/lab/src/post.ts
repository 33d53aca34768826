import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** Everybody who is connected. */
export const ALL = 0xffffffff;
const HEADER_BYTES = 8;

/** One thing that a member gave to the server: who sent it, to whom, and the bytes. */
export interface Parcel {
  readonly from: number;
  readonly to: number;
  readonly bytes: Uint8Array;
}

/** The bytes that a server received and sent. */
export interface Bytes {
  readonly uploaded: number;
  readonly delivered: number;
}

/**
 * A construction's server: a TCP port that takes parcels and hands them on. It counts the bytes of each direction, keeps
 * everything, and can do what a server can: hold parcels back from somebody, copy them to somebody, send its own.
 */
export class Post {
  readonly kept: Parcel[] = [];
  readonly sent = new Map<number, number>();
  taken = 0;
  private readonly bytesOf = new Map<number, { uploaded: number; delivered: number }>();
  /** What the server does with a parcel: parcels to hand out. An honest one hands on what it was given. */
  route: (parcel: Parcel) => readonly Parcel[] = (parcel) => [parcel];
  /** Whether the server keeps this parcel from this member. */
  holdsBack: (parcel: Parcel, to: number) => boolean = () => false;
  private readonly sockets = new Map<number, Socket>();
  private readonly server: Server;

  private constructor() {
    this.server = createServer((socket) => {
      let name: number | null = null;
      socket.on("error", () => socket.destroy());
      eachFrame(socket, (to, bytes) => {
        if (name === null) {
          name = to;
          this.sockets.set(to, socket);
          return;
        }
        this.countFor(name).uploaded += HEADER_BYTES + bytes.length;
        this.taken++;
        const parcel = { from: name, to, bytes };
        this.kept.push(parcel);
        for (const each of this.route(parcel)) this.handOut(each, name);
      });
      socket.on("close", () => name !== null && this.sockets.delete(name));
    });
  }

  /** A server on a port of its own on loopback. */
  static async open(): Promise<Post> {
    const post = new Post();
    await new Promise<void>((done) => post.server.listen(0, "127.0.0.1", done));
    return post;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get connected(): number {
    return this.sockets.size;
  }

  isConnected(name: number): boolean {
    return this.sockets.has(name);
  }

  countAnew(): void {
    this.bytesOf.clear();
  }

  /**
   * Bytes since {@link countAnew}, up and down. Of those who stand for others, for they do the same (all but `special`),
   * the mean counts for each of the `people` who were not awake to give anything.
   */
  total(awake: readonly number[], asleep: number, special: (name: number) => boolean): Bytes {
    const sum = { uploaded: 0, delivered: 0 };
    for (const name of awake) {
      const stands = awake.filter((each) => !special(each)).length;
      const weight = special(name) || stands === 0 ? 1 : 1 + asleep / stands;
      sum.uploaded += Math.round(weight * (this.bytesOf.get(name)?.uploaded ?? 0));
      sum.delivered += Math.round(weight * (this.bytesOf.get(name)?.delivered ?? 0));
    }
    return sum;
  }

  private countFor(name: number): { uploaded: number; delivered: number } {
    let bytes = this.bytesOf.get(name);
    if (bytes === undefined) this.bytesOf.set(name, (bytes = { uploaded: 0, delivered: 0 }));
    return bytes;
  }

  /** Gives a parcel to whom it is for; the bytes count for `because`, whose parcel was the cause. */
  handOut(parcel: Parcel, because = parcel.from): void {
    const to = parcel.to === ALL ? [...this.sockets.keys()].filter((name) => name !== parcel.from) : [parcel.to];
    for (const name of to) {
      const socket = this.sockets.get(name);
      if (socket === undefined || this.holdsBack(parcel, name)) continue;
      socket.write(frame(parcel.from, parcel.bytes));
      this.countFor(because).delivered += HEADER_BYTES + parcel.bytes.length;
      this.sent.set(name, (this.sent.get(name) ?? 0) + 1);
    }
  }

  async close(): Promise<void> {
    for (const socket of this.sockets.values()) socket.destroy();
    await new Promise((done) => this.server.close(done));
  }
}

/** A member's connection to its construction's server. */
export class Line {
  received = 0;
  given = 0;
  onParcel: (from: number, bytes: Uint8Array) => void = () => undefined;

  private constructor(private readonly socket: Socket) {
    socket.on("error", () => socket.destroy());
    eachFrame(socket, (from, bytes) => {
      this.received++;
      this.onParcel(from, bytes);
    });
  }

  static async open(port: number, name: number): Promise<Line> {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.setNoDelay(true);
    await new Promise<void>((done, failed) => socket.once("connect", done).once("error", failed));
    const line = new Line(socket);
    socket.write(frame(name, new Uint8Array(0)));
    return line;
  }

  give(to: number, bytes: Uint8Array): void {
    this.given++;
    this.socket.write(frame(to, bytes));
  }

  close(): void {
    this.socket.destroy();
  }
}

function frame(name: number, bytes: Uint8Array): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(bytes.length, 0);
  header.writeUInt32BE(name, 4);
  return Buffer.concat([header, bytes]);
}

function eachFrame(socket: Socket, take: (name: number, bytes: Uint8Array) => void): void {
  let pieces: Buffer[] = [];
  let held = 0;
  socket.on("data", (data: Buffer) => {
    pieces.push(data);
    held += data.length;
    if (held < HEADER_BYTES || (pieces[0]!.length >= 4 && held < HEADER_BYTES + pieces[0]!.readUInt32BE(0))) return;
    let rest = Buffer.concat(pieces);
    while (rest.length >= HEADER_BYTES) {
      const end = HEADER_BYTES + rest.readUInt32BE(0);
      if (rest.length < end) break;
      take(rest.readUInt32BE(4), new Uint8Array(rest.subarray(HEADER_BYTES, end)));
      rest = rest.subarray(end);
    }
    pieces = rest.length > 0 ? [rest] : [];
    held = rest.length;
  });
}
