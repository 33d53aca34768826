import type { RoomSession } from "@conclave/client";
import { requestDocument } from "../documents/agreementDocument.js";
import { requestName } from "../room/requestName.js";
import type { Output } from "../terminal/output.js";

/**
 * Tells programs what is not a line of the room: that something has to be read again, how the connection is, who is asking to
 * join. Only what is new, and nothing before the history has ended.
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
        const listed = await this.room.requests();
        // What cannot be had now is asked for again at the next change.
        for (const request of listed.ok ? listed.value : []) {
          if (this.asked.has(requestName(request))) continue;
          this.asked.add(requestName(request));
          this.output.event({ kind: "request", request: requestDocument(request) }, () => null);
        }
      }
    } finally {
      this.isBusy = false;
    }
  }
}
