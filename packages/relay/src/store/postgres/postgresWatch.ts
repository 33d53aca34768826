import { type SharedChanges, readUnitChanges } from "./changes.js";
import { PostgresConnection } from "./postgresConnection.js";

/** The channel on which relays tell each other what they wrote. */
export const CHANNEL = "conclave";
const RETRY_MS = 1000;

/** Listens for what other relays write, on a connection of its own, for as long as it is not closed. */
export class PostgresWatch {
  private connection: PostgresConnection | null = null;
  private retry: NodeJS.Timeout | null = null;
  private isClosed = false;

  /** `changed`: told of what was written; of null when that may have been anything: at first, and when messages were missed. */
  constructor(
    private readonly address: string,
    private readonly ownName: string,
    private readonly changed: (changes: SharedChanges | null) => void,
  ) {
    void this.listen();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    if (this.retry !== null) clearTimeout(this.retry);
    await this.connection?.close();
  }

  private async listen(): Promise<void> {
    try {
      const connection = await PostgresConnection.open(this.address);
      this.connection = connection;
      connection.onLost(() => {
        this.again();
      });
      await connection.listen(CHANNEL, (message) => {
        const [name, ...parts] = message.split(" ");
        if (name !== this.ownName) this.changed(readUnitChanges(parts.join(" ")));
      });
      if (this.isClosed) await connection.close();
      else this.changed(null);
    } catch {
      this.again();
    }
  }

  private again(): void {
    if (this.isClosed || this.retry !== null) return;
    this.retry = setTimeout(() => {
      this.retry = null;
      void this.listen();
    }, RETRY_MS);
  }
}
