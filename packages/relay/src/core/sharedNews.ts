import type { InboxId, LogRecord, RoomTag } from "@conclave/wire";
import type { RowDamaged } from "../store/sqlite/rowDamage.js";
import type { RequestHandler } from "./requestHandler.js";
import type { SendQueue, SentPlace } from "./sendQueue.js";

/** What relays that share a store tell each other, for those who are connected here. Pushes go out with the next commit. */
export class SharedNews {
  constructor(
    private readonly outbox: SendQueue,
    private readonly handler: RequestHandler,
  ) {}

  /** The rooms with subscribers here: whoever shares the store reads on from there, and tells {@link arrived}. */
  get places(): Iterable<SentPlace> {
    return this.outbox.sentPlaces();
  }

  /** Those of {@link places} of which more is known than was sent. */
  get behind(): Iterable<SentPlace> {
    return this.outbox.behind();
  }

  /** Records that another relay took, or that were read because they were missing. */
  arrived(roomTag: RoomTag, records: readonly LogRecord[]): void {
    this.outbox.arrived(roomTag, records);
  }

  /** Another relay says that there is a record `n`: a hint, until it is read. */
  heard(roomTag: RoomTag, n: number): void {
    this.outbox.heard(roomTag, n);
  }

  /** A room was deleted by its operator, at whichever relay: those who subscribed ask again, and are told so. */
  roomDeleted(roomTag: RoomTag): void {
    this.outbox.endRoom(roomTag);
  }

  /** What is stored of a room is not what was appended: those who subscribed ask again, and are told so. */
  damaged(roomTag: RoomTag, damage: RowDamaged): void {
    this.handler.damaged(damage);
    this.outbox.endRoom(roomTag);
  }

  /** Another relay put something into an inbox. */
  inboxChanged(inboxId: InboxId): void {
    this.handler.inboxChanged(inboxId);
  }

  /** At another relay a request came to a room, or was taken away. */
  requestsChanged(roomTag: RoomTag): void {
    this.outbox.notifyRoom(roomTag, { type: "requestsChanged", roomTag });
  }

  /** Others may have put something anywhere: whoever waits for something looks. */
  anyChanged(): void {
    for (const { roomTag } of [...this.places]) this.requestsChanged(roomTag);
    this.handler.anyInboxChanged();
  }
}
