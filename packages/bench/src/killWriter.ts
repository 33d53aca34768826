import { messageAppend } from "@conclave/relay/testing";
import { setTimeout as wait } from "node:timers/promises";
import { KillLink, LinkLost } from "./killLink.js";
import type { KillRoom } from "./killRooms.js";

/** Appends that are sent together. */
const BATCH = 8;
const PAUSE_MS = 40;

/** Appends to rooms by one of the relays, and by another one when that is gone: the same ones again, until each is acknowledged. */
export class KillWriter {
  /** Batches that are acknowledged. */
  done = 0;
  /** How long those took that were under way when their connection ended, in ms. */
  readonly heldUp: number[] = [];
  private isEnded = false;
  private link: KillLink | null = null;

  /** `first`: the place of the relay that it begins with. */
  constructor(
    private readonly rooms: readonly KillRoom[],
    private readonly urls: () => readonly string[],
    private readonly first: number,
  ) {}

  /** Writes until {@link end}. */
  async run(): Promise<void> {
    for (let turn = this.first; !this.isEnded; turn++) {
      await this.batch(this.rooms[turn % this.rooms.length]!);
      await wait(PAUSE_MS);
    }
    this.link?.close();
  }

  end(): void {
    this.isEnded = true;
  }

  private async batch(room: KillRoom): Promise<void> {
    const appends = Array.from({ length: BATCH }, () => messageAppend(room.roomTag));
    room.sent += BATCH;
    const begun = performance.now();
    let isHeldUp = false;
    for (let left = appends; left.length > 0;) {
      try {
        const { client, within } = await this.connection();
        const sent = left;
        const answers = client.askAll(sent).map(async (answer, at) => {
          const found = await answer;
          if (found.type !== "appended") {
            room.fault(found.type === "error" ? `an append is refused: ${found.error}` : found.type);
            return;
          }
          room.acknowledged(sent[at]!, found.n);
          left = left.filter((each) => each !== sent[at]);
        });
        await within(Promise.all(answers));
        left = [];
      } catch (error) {
        if (!(error instanceof LinkLost)) throw error;
        this.link?.close();
        this.link = null;
        isHeldUp = true;
      }
    }
    this.done++;
    if (isHeldUp) this.heldUp.push(performance.now() - begun);
  }

  private async connection() {
    if (this.link === null) {
      const link = await KillLink.open(this.urls, this.first);
      for (const { roomTag, key } of this.rooms) await link.within(link.client.prove(roomTag, 0, key));
      this.link = link;
    }
    const { link } = this;
    return { client: link.client, within: <T>(answer: Promise<T>): Promise<T> => link.within(answer) };
  }
}
