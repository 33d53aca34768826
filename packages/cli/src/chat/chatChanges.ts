import { CliError } from "../cliError.js";
import type { RoomSession } from "../model/session.js";
import type { Output } from "../terminal/output.js";

/**
 * Tells programs what is no line of the room: that something is to be read again, how the connection is, who asks to be let
 * in. Only what is new, and nothing before the history has ended.
 */
export class ChatChanges {
  private connection = "";
  private readonly asked = new Set<string>();
  private isTelling = false;
  private isBusy = false;
  private isAgain = false;

  constructor(
    private readonly room: RoomSession,
    private readonly output: Output,
  ) {}

  /** What was stored has been told. */
  historyEnds(): void {
    this.isTelling = true;
    this.output.event({ kind: "history_end" }, () => null);
    this.look();
  }

  /** Something changed. */
  tell(): void {
    if (!this.isTelling) return;
    this.output.event({ kind: "changed" }, () => null);
    this.look();
  }

  private look(): void {
    const { connection, requests } = this.room.status();
    if (connection !== this.connection) {
      this.connection = connection;
      this.output.event({ kind: "connection", connection }, () => null);
    }
    if (requests === 0) return;
    this.isAgain = true;
    if (!this.isBusy) void this.tellRequests();
  }

  private async tellRequests(): Promise<void> {
    this.isBusy = true;
    try {
      while (this.isAgain) {
        this.isAgain = false;
        for (const request of await this.room.requests()) {
          if (this.asked.has(request.id)) continue;
          this.asked.add(request.id);
          this.output.event({ kind: "request", request }, () => null);
        }
      }
    } catch (error) {
      // The next change asks again.
      if (!(error instanceof CliError)) throw error;
    } finally {
      this.isBusy = false;
    }
  }
}
