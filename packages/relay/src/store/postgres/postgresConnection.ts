import { type DriverClient, loadDriver, type PostgresRow, type PostgresValue, TYPES } from "./driver.js";

const CONNECT_TIMEOUT_MS = 5000;
/** A connection on which nothing came for so long is tried: without that, one that was cut off is noticed after hours. */
const KEEP_ALIVE_MS = 10_000;

/** One connection to PostgreSQL. Its statements run one after the other. Rejects with what PostgreSQL says, or with why it is away. */
export class PostgresConnection {
  private lost: Error | null = null;

  private constructor(private readonly client: DriverClient) {
    // Without a listener, a connection that breaks would end the process.
    client.on("error", (error) => (this.lost ??= error));
    client.on("end", () => (this.lost ??= new Error("the connection to PostgreSQL ended")));
  }

  static async open(address: string): Promise<PostgresConnection> {
    const { Client } = loadDriver();
    const client = new Client({
      connectionString: address,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      application_name: "conclave",
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
      types: TYPES,
    });
    const connection = new PostgresConnection(client);
    await client.connect();
    return connection;
  }

  /** Whether it can still be used. */
  get isOpen(): boolean {
    return this.lost === null;
  }

  /** Runs one statement, which is parsed once: so its text is always the same. */
  async rows(text: string, values: readonly PostgresValue[] = []): Promise<readonly PostgresRow[]> {
    const { rows } = await this.client.query({ text, values, name: nameOf(text) });
    return rows;
  }

  /** Runs several statements, without values and without an answer. */
  async run(text: string): Promise<void> {
    await this.client.query({ text });
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
    await this.client.end().catch(() => undefined);
  }
}

const names = new Map<string, string>();

function nameOf(text: string): string {
  const name = names.get(text) ?? `s${names.size}`;
  names.set(text, name);
  return name;
}
