import { type SharedChanges, readUnitChanges } from "./changes.js";
import { PostgresConnection } from "./postgresConnection.js";

/** The channel on which relays tell each other what they wrote. */
export const CHANNEL = "conclave";
const RETRY_MS = 1000;
const LONGEST_RETRY_MS = 60_000;
/** A statement that takes longer than this is not answered. */
const LONGEST_MS = 10_000;

/** Listens for what other relays write, on a connection of its own, for as long as it is not closed. */
export class PostgresWatch {
  private connection: PostgresConnection | null = null;
  private retry: NodeJS.Timeout | null = null;
  private wait = RETRY_MS;
  private isClosed = false;

  /**
   * `isOwn`: whether a message is of the store itself, by the name before it. `changed`: told of what was written; of null when that may
   * have been anything: at first, and when messages were missed.
   */
  constructor(
    private readonly address: string,
    private readonly isOwn: (name: string) => boolean,
    private readonly changed: (changes: SharedChanges | null) => void,
    private readonly channel = CHANNEL,
  ) {
    void this.listen();
  }

  /** Tells of what the store itself wrote, or perhaps did. */
  tell(changes: SharedChanges | null): void {
    this.changed(changes);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    if (this.retry !== null) clearTimeout(this.retry);
    await this.connection?.close();
  }

  private async listen(): Promise<void> {
    let connection: PostgresConnection | null = null;
    try {
      connection = this.connection = await PostgresConnection.open(this.address, LONGEST_MS);
      connection.onLost(() => {
        this.again();
      });
      await connection.listen(this.channel, (message) => {
        const [name = "", ...parts] = message.split(" ");
        if (!this.isOwn(name)) this.changed(readUnitChanges(parts.join(" ")));
      });
      this.wait = RETRY_MS;
      if (this.isClosed) await connection.close();
      else this.changed(null);
    } catch {
      await connection?.close();
      // Some poolers and standbys take connections, and let nobody listen: whoever hears nothing has to look, now and then.
      if (connection !== null) this.changed(null);
      this.again();
      this.wait = Math.min(2 * this.wait, LONGEST_RETRY_MS);
    }
  }

  private again(): void {
    if (this.isClosed || this.retry !== null) return;
    this.retry = setTimeout(() => {
      this.retry = null;
      void this.listen();
    }, this.wait);
  }
}
