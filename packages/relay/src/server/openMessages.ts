import { OpenMessage } from "./openMessage.js";

/** A connection as far as its unfinished messages matter. */
export interface SendingConnection {
  readonly address: string;
  /** Nothing more is read from it now. */
  readonly waits: boolean;
  /** Ends the connection. */
  cutOff(): void;
}

interface Line {
  readonly message: OpenMessage;
  /** When its message began, in ms. */
  since: number;
}

/** What unfinished messages take in memory: of one address, and of all. */
const MOST_OF_ADDRESS = 32 * 1024 * 1024;
const MOST_OF_ALL = 128 * 1024 * 1024;
/** Ms to end a message, and bytes a second with which it has longer: a slow line is no fault. */
const END_WITHIN_MS = 30_000;
const SLOW_BYTES_PER_SECOND = 32 * 1024;

/** Messages that clients have begun and not ended: they take memory before anybody has looked at them. */
export class OpenMessages<T extends SendingConnection> {
  private readonly lines = new Map<T, Line>();
  /** Those in the middle of a message. */
  private readonly begun = new Set<T>();
  private readonly bytesOf = new Map<string, number>();
  private bytes = 0;

  constructor(
    private readonly onCutOff: () => void,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  /** A new connection. */
  add(connection: T): void {
    this.lines.set(connection, { message: new OpenMessage(), since: 0 });
  }

  /** What a connection sent next. */
  read(connection: T, chunk: Uint8Array): void {
    const line = this.lines.get(connection);
    if (line === undefined) return;
    const { bytes: before, ended: endedBefore, memory } = line.message;
    line.message.read(chunk);
    const { bytes, ended } = line.message;
    this.count(connection, line.message.memory - memory);
    if (before === 0 || ended > endedBefore) line.since = this.clock();
    if (bytes === 0) this.begun.delete(connection);
    else this.begun.add(connection);
    this.bound(connection.address);
  }

  /** It is gone. */
  forget(connection: T): void {
    this.count(connection, -this.sizeOf(connection));
    this.begun.delete(connection);
    this.lines.delete(connection);
  }

  /** Call it every second or so: it cuts off who does not end a message. */
  check(): void {
    const now = this.clock();
    for (const connection of [...this.begun]) {
      const line = this.lines.get(connection)!;
      const most = END_WITHIN_MS + (line.message.bytes / SLOW_BYTES_PER_SECOND) * 1000;
      if (connection.waits) line.since = now;
      // RULE: relay.message-ends: a message that is begun is ended soon, or goes on coming (attack A161).
      else if (now - line.since > most) this.cut(connection);
    }
  }

  // RULE: relay.unfinished-bounded: messages that never end do not fill the memory, however many connections begin one; the address
  // that has most of them pays, and there who has sent most of one is cut off first (attack A161).
  private bound(address: string): void {
    while ((this.bytesOf.get(address) ?? 0) > MOST_OF_ADDRESS) this.cut(this.largestOf(address));
    while (this.bytes > MOST_OF_ALL) {
      const [heaviest] = [...this.bytesOf].reduce((most, each) => (each[1] > most[1] ? each : most));
      this.cut(this.largestOf(heaviest));
    }
  }

  private largestOf(address: string): T {
    return [...this.begun]
      .filter((each) => each.address === address)
      .reduce((most, each) => (this.sizeOf(each) > this.sizeOf(most) ? each : most));
  }

  private sizeOf(connection: T): number {
    return this.lines.get(connection)?.message.memory ?? 0;
  }

  private cut(connection: T): void {
    this.forget(connection);
    this.onCutOff();
    connection.cutOff();
  }

  private count({ address }: T, bytes: number): void {
    this.bytes += bytes;
    const ofAddress = (this.bytesOf.get(address) ?? 0) + bytes;
    if (ofAddress > 0) this.bytesOf.set(address, ofAddress);
    else this.bytesOf.delete(address);
  }
}
