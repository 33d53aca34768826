import { toHex } from "@conclave/codec";
import type { LogItem } from "@conclave/wire";
import { setTimeout as wait } from "node:timers/promises";
import { KillLink, LinkLost } from "./killLink.js";
import type { KillRoom } from "./killRooms.js";

const LOOK_MS = 20;

/** Subscribes to a room, and again at another relay from where it was: what it gets is the log, each record once and in order. */
export class KillReader {
  n = 0;
  private headNow: Uint8Array;
  private isEnded = false;

  constructor(
    private readonly room: KillRoom,
    private readonly urls: () => readonly string[],
    private readonly first: number,
  ) {
    this.headNow = room.firstHead;
  }

  /** The head of what it got, hexadecimal. */
  get head(): string {
    return toHex(this.headNow);
  }

  /** Reads until {@link end}. */
  async run(): Promise<void> {
    for (let turn = this.first; !this.isEnded; turn++) {
      const link = await KillLink.open(this.urls, turn);
      try {
        await this.follow(link);
      } catch (error) {
        if (!(error instanceof LinkLost)) throw error;
      }
      link.close();
    }
  }

  end(): void {
    this.isEnded = true;
  }

  private async follow(link: KillLink): Promise<void> {
    const { client } = link;
    const { roomTag } = this.room;
    const answer = await link.within(client.ask({ type: "subscribe", roomTag, fromN: this.n + 1 }));
    if (answer.type !== "subscribed") throw new LinkLost();
    this.room.signed(answer.receipt);
    this.got(answer.items);
    // Pushes begin behind the place that the answer names.
    while (this.n < answer.position.n) {
      const page = await link.within(client.ask({ type: "read", roomTag, fromN: this.n + 1, limit: 1000 }));
      if (page.type !== "page") throw new LinkLost();
      this.got(page.items.filter(({ n }) => n <= answer.position.n));
    }
    await this.pushes(link);
  }

  /** Takes pushes until the relay says that some were left out. */
  private async pushes(link: KillLink): Promise<void> {
    while (!this.isEnded) {
      await link.within(wait(LOOK_MS));
      for (const push of link.client.pushes.splice(0)) {
        if (push.type === "lagged") return;
        if (push.type === "records") this.got(push.items);
      }
    }
    throw new LinkLost();
  }

  private got(items: readonly LogItem[]): void {
    for (const item of items) {
      if (item.n !== this.n + 1) this.room.fault(`a subscriber gets record ${item.n} after ${this.n}`);
      this.n = item.n;
      this.headNow = this.room.headAfter(this.headNow, item);
    }
  }
}
