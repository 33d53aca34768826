import { toHex } from "@conclave/codec";
import { orderedKey } from "../ports/storage.js";

/** Where things are kept in a home. Everything of one room begins with {@link roomPrefix}, so that it can be forgotten. */
export const IDENTITY_KEY = "identity";

export const ROOMS_PREFIX = "rooms/";

/** One short record for each room: what it is and how we stand in it. */
export function roomSummaryKey(roomId: Uint8Array): string {
  return `${ROOMS_PREFIX}${toHex(roomId)}`;
}

/** The keys of one room's records. */
export class RoomKeys {
  /** What all keys of this room begin with. */
  readonly prefix: string;
  /** Group and roster, as the protocol package writes them. Never in a backup. */
  readonly state: string;
  readonly outbox: string;
  readonly intents: string;
  readonly history: string;
  readonly alarms: string;
  readonly messageIds: string;
  readonly ownRecords: string;
  readonly invites: string;
  readonly receipts: string;
  /** The own commit that is on its way. */
  readonly pendingCommit: string;
  /** How far the log has been taken in. */
  readonly cursor: string;
  readonly readMarker: string;

  constructor(roomId: Uint8Array) {
    this.prefix = `room/${toHex(roomId)}/`;
    this.state = `${this.prefix}state/`;
    this.outbox = `${this.prefix}outbox/`;
    this.intents = `${this.prefix}intent/`;
    this.history = `${this.prefix}history/`;
    this.alarms = `${this.prefix}alarm/`;
    this.messageIds = `${this.prefix}id/`;
    this.ownRecords = `${this.prefix}own/`;
    this.invites = `${this.prefix}invite/`;
    this.receipts = `${this.prefix}receipt/`;
    this.pendingCommit = `${this.prefix}pending`;
    this.cursor = `${this.prefix}cursor`;
    this.readMarker = `${this.prefix}read`;
  }

  historyItem(n: number): string {
    return this.history + orderedKey(n);
  }
  outgoing(order: number): string {
    return this.outbox + orderedKey(order);
  }
  intent(order: number): string {
    return this.intents + orderedKey(order);
  }
  alarm(order: number): string {
    return this.alarms + orderedKey(order);
  }
  messageId(id: Uint8Array): string {
    return this.messageIds + toHex(id);
  }
  ownRecord(recordHash: Uint8Array): string {
    return this.ownRecords + toHex(recordHash);
  }
  invite(inviteId: Uint8Array): string {
    return this.invites + toHex(inviteId);
  }
}
