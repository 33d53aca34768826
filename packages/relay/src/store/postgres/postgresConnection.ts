import { Socket } from "node:net";
import { StoreAway } from "../sharedStore.js";
import {
  type DriverClient,
  loadDriver,
  type PostgresRow,
  type PostgresValue,
  type PostgresStatement,
  TYPES,
} from "./driver.js";
import { BEHIND_FAILED, isPassing, READ_ONLY, sqlStateOf } from "./sqlState.js";

const CONNECT_TIMEOUT_MS = 5000;
/** A connection on which nothing came for so long is tried: without that, one that was cut off is noticed after hours. */
const KEEP_ALIVE_MS = 10_000;
/** How long the other side has for its end of a goodbye. */
const GOODBYE_MS = 1000;

/**
 * One connection to PostgreSQL. Its statements run in the order in which they are asked for, and leave at once: those that are asked
 * for in one turn cost one wait. Inside a transaction, those behind one that failed fail with the same error. Rejects with `StoreAway`
 * when PostgreSQL is away or says that something else is in the way, and else with what it says of the statement.
 */
export class PostgresConnection {
  private lost: Error | null = null;
  /** What the newest statement was rejected with that failed by itself. */
  private failed: unknown = null;

  private constructor(
    private readonly client: DriverClient,
    private readonly socket: Socket,
    private readonly longestMs: number,
  ) {
    // Without a listener, a connection that breaks would end the process.
    client.on("error", (error) => (this.lost ??= error));
    client.on("end", () => (this.lost ??= new Error("the connection to PostgreSQL ended")));
  }

  /** `longestMs`: how long a statement may take before PostgreSQL is taken for away; as long as it likes if not given. */
  static async open(address: string, longestMs = Infinity): Promise<PostgresConnection> {
    const { Client } = loadDriver();
    const socket = new Socket();
    const client = new Client({
      connectionString: address,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      application_name: "conclave",
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
      pipeline: true,
      stream: () => socket,
      types: TYPES,
    });
    const connection = new PostgresConnection(client, socket, longestMs);
    try {
      await client.connect();
    } catch (cause) {
      socket.destroy();
      // Also a password that is refused: it is the same for everybody who asks for something, and an operator can mend it.
      throw new StoreAway(cause instanceof Error ? cause.message : "no connection to PostgreSQL", { cause });
    }
    return connection;
  }

  /** Whether it can still be used. */
  get isOpen(): boolean {
    return this.lost === null;
  }

  /** Runs one statement, which is parsed once: so its text is always the same. */
  async rows(text: string, values: readonly PostgresValue[] = []): Promise<readonly PostgresRow[]> {
    this.gather();
    const { rows } = await this.inTime(this.client.query({ text, values, name: nameOf(text) }));
    return rows;
  }

  /** Runs statements in their order, and waits once. Rejects with the error of the first that failed. */
  async all(statements: Iterable<PostgresStatement>): Promise<void> {
    // All of them are made before the first one leaves: where one cannot be made, none has been sent.
    await Promise.all([...statements].map(({ text, values }) => this.rows(text, values)));
  }

  /** Runs several statements, without values and without an answer. */
  async run(text: string): Promise<void> {
    this.gather();
    await this.inTime(this.client.query({ text }));
  }

  /** Calls `listener` with each message of a channel. */
  async listen(channel: string, listener: (payload: string) => void): Promise<void> {
    this.client.on("notification", (message) => {
      if (message.channel === channel) listener(message.payload ?? "");
    });
    await this.run(`LISTEN ${channel}`);
  }

  /** Calls `listener` when the connection is gone. */
  onLost(listener: () => void): void {
    this.client.on("end", listener);
  }

  async close(): Promise<void> {
    this.lost ??= new Error("the connection to PostgreSQL was closed");
    const cut = setTimeout(() => this.socket.destroy(), GOODBYE_MS);
    await this.client.end().catch(() => undefined);
    clearTimeout(cut);
  }

  /**
   * RULE: shared.frozen-is-away: a PostgreSQL that is stopped, or a network that swallows everything, answers nothing at all, and its
   * connections look alive: they are cut off, so that everybody is told, and whoever holds locks by them lets go (attack A83).
   */
  private async inTime<T>(answer: Promise<T>): Promise<T> {
    const late = this.longestMs === Infinity ? null : setTimeout(() => this.cut(), this.longestMs);
    try {
      return await answer;
    } catch (error) {
      // RULE: shared.refused-alone: PostgreSQL says of those behind only that something failed. Who waits for several may hear of one of
      // them first, and would take what is refused for what passes, and ask again for ever (attack A83).
      if (sqlStateOf(error) !== BEHIND_FAILED || this.failed === null) this.failed = this.meaningOf(error);
      throw this.failed;
    } finally {
      if (late !== null) clearTimeout(late);
    }
  }

  /** What an error of the driver's is to those who asked. */
  private meaningOf(error: unknown): unknown {
    const sqlState = sqlStateOf(error);
    // Without either, it is a mistake of who asked, such as a value of a wrong type.
    const isRefused = sqlState === null ? this.lost === null : !isPassing(sqlState);
    if (isRefused) return error;
    const cause = this.lost ?? error;
    const why = cause instanceof Error ? cause.message : "PostgreSQL is away";
    return new StoreAway(why, { cause }, sqlState === READ_ONLY);
  }

  /** What is asked for in one turn leaves in one piece: PostgreSQL would read each by itself otherwise. */
  private gather(): void {
    this.socket.cork();
    process.nextTick(() => {
      this.socket.uncork();
    });
  }

  private cut(): void {
    this.lost ??= new Error(`PostgreSQL did not answer for ${this.longestMs / 1000} s`);
    this.socket.destroy();
  }
}

const names = new Map<string, string>();

function nameOf(text: string): string {
  const name = names.get(text) ?? `s${names.size}`;
  names.set(text, name);
  return name;
}
