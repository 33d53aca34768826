import type { LogItem } from "@conclave/wire";
import { NOW } from "./operation.js";
import type { Seat, Seats } from "./seat.js";
import { Broken } from "./broken.js";
import { type Scene } from "./scene.js";

/**
 * Who can read what: in each epoch somebody says something, and only those who were in it can open
 * that.
 */
export class Reading {
  /** The epochs that a seat has been in, by its number. */
  private readonly epochs = new Map<number, ReadonlySet<string>>();
  /** What somebody who is out had before. */
  private readonly former = new Map<number, Seat>();
  private readonly said = new Map<string, LogItem | null>();
  private readonly tried = new Set<string>();

  /** Learns of each seat. */
  readonly look = (seat: Seat, before: Seat | null): void => {
    const { status, authenticator } = seat.look;
    const isOut = status === "removed" || status === "left";
    const past = before === null ? new Set<string>() : this.epochs.get(before.no)!;
    this.epochs.set(seat.no, isOut || past.has(authenticator) ? past : new Set([...past, authenticator]));
    // After a crash the seat is one that was there before.
    if (isOut && before !== null) this.former.set(seat.no, before);
  };

  /**
   * Nobody here, in the room or out of it, opens what was said in an epoch that they were never in.
   */
  check(seats: Seats, { places }: Scene): void {
    const speakers = places.flatMap(({ seat }) => (seat?.look.status === "active" ? [seat] : []));
    for (const { seat: now } of places) {
      const seat = now === null ? null : (this.former.get(now.no) ?? now);
      if (seat === null) continue;
      for (const speaker of speakers) {
        const { authenticator } = speaker.look;
        const question = `${String(seat.no)} ${authenticator}`;
        if (this.tried.has(question) || (this.epochs.get(seat.no)?.has(authenticator) ?? false)) continue;
        this.tried.add(question);
        const item = this.saidBy(seats, speaker, seat.look.n + 1);
        if (item === null) continue;
        const opened = seats.open(seat).receive(item);
        if (opened.kind === "accepted")
          throw new Broken(`${seat.device} reads what ${speaker.device} said in an epoch without ${seat.device}`);
      }
    }
  }

  private saidBy(seats: Seats, speaker: Seat, n: number): LogItem | null {
    const { authenticator } = speaker.look;
    const known = this.said.get(authenticator);
    if (known !== undefined) return known && { ...known, n };
    const said = seats.open(speaker).say({ kind: "text", ref: null, body: new Uint8Array(8) }, NOW);
    if (!said.ok) return null;
    const { kind, epoch, payload, attachment } = said.value.append;
    const item: LogItem = { n, kind, epoch, payload, attachment, time: 0, pruned: false };
    this.said.set(authenticator, item);
    return item;
  }
}
