import { safeName } from "../terminal/safeText.js";
import type { Output } from "../terminal/output.js";
import type { Party } from "./party.js";
import type { Taken } from "./partyDesk.js";

const EVERY_MS = 60_000;
const NOBODY = "unknown";

/** Tells once a minute what became of packets, if there were any: whose and how many, never what they said. */
export class MessageTally {
  private counts = new Map<string, number>();
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly output: Output) {
    this.timer = setInterval(() => {
      this.tell();
    }, EVERY_MS);
  }

  count(taken: Taken, party: Party | null): void {
    const what = taken.is === "unavailable" ? `${taken.is} (${taken.why})` : taken.is;
    const key = `${party ? safeName(party.label) : NOBODY}: ${what}`;
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
  }

  /** Tells what is left. */
  close(): void {
    clearInterval(this.timer);
    this.tell();
  }

  private tell(): void {
    if (this.counts.size === 0) return;
    const counts = Object.fromEntries(this.counts);
    this.counts = new Map();
    const line = Object.entries(counts)
      .map(([key, count]) => `${key} ${count}`)
      .join(", ");
    this.output.result({ event: "counts", time: Date.now(), counts }, () => line);
  }
}
