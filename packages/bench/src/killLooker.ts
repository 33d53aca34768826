import { setTimeout as wait } from "node:timers/promises";
import { KillLink, LinkLost } from "./killLink.js";
import type { KillRoom } from "./killRooms.js";

const LOOK_MS = 100;
/** Beyond every log: whoever subscribes from there gets a receipt, and nothing to read. */
const BEYOND = 2 ** 40;

/** Has one relay after the other sign where the rooms are. */
export class KillLooker {
  private isEnded = false;

  constructor(
    private readonly rooms: readonly KillRoom[],
    private readonly urls: () => readonly string[],
  ) {}

  /** Looks until {@link end}. */
  async run(): Promise<void> {
    for (let turn = 0; !this.isEnded; turn++) {
      const link = await KillLink.open(this.urls, turn);
      try {
        for (const room of this.rooms) {
          const { roomTag } = room;
          const answer = await link.within(link.client.ask({ type: "subscribe", roomTag, fromN: BEYOND }));
          if (answer.type === "subscribed") room.signed(answer.receipt);
        }
      } catch (error) {
        if (!(error instanceof LinkLost)) throw error;
      }
      link.close();
      await wait(LOOK_MS);
    }
  }

  end(): void {
    this.isEnded = true;
  }
}
