import { toHex } from "@conclave/codec";
import type { ActionHash, InviteId, MessageId, RoomId } from "@conclave/protocol";
import type { BlobId } from "@conclave/wire";
import { orderedKey } from "../ports/storage.js";

/** Where the person and this device are kept. */
export const IDENTITY_KEY = "identity";

/** That the person wants to come back by their recovery words. */
export const RETURN_PLAN_KEY = "return-wish";

/** One short record for each room: what it is and how we stand in it. */
export const ROOMS_PREFIX = "rooms/";

/** What a program on top of the client keeps here. */
export const PROGRAM_PREFIX = "program/";

/** Whom the person has checked: one record each. */
export const MARKS_PREFIX = "mark/";

/** The leaves that SSH keys are to sign for: one record for each invite that somebody has not joined by yet. */
export const SSH_PASS_PREFIX = "ssh-pass/";

export function sshPassKey(roomId: RoomId, inviteId: InviteId): string {
  return `${SSH_PASS_PREFIX}${toHex(roomId)}/${toHex(inviteId)}`;
}

export function roomMetaKey(roomId: RoomId): string {
  return `${ROOMS_PREFIX}${toHex(roomId)}`;
}

/** The keys of one room's records. */
export class RoomKeys {
  /** What all keys of this room begin with, so that it can be forgotten. */
  readonly prefix: string;
  /** Group and roster, as the protocol package writes them. Never in a backup. */
  readonly state: string;
  readonly outbox: string;
  readonly history: string;
  readonly alarms: string;
  readonly decisions: string;
  /** Proposals that nothing has become of yet. */
  readonly proposals: string;
  readonly messageIds: string;
  readonly invites: string;
  /** Since when this device has looked at the room. */
  readonly freshness: string;
  /** When each member was heard of. */
  readonly signs: string;
  /** The last commit for which all slots of open invites were at the relay. */
  readonly slots: string;
  /** The place of the log after which nothing is shown, as we have said farewell. */
  readonly leaving: string;
  readonly readMarker: string;
  /** There while the room is muted. */
  readonly muted: string;
  /** What the person has made of the room in their list: see `ListMarks`. */
  readonly listMarks: string;
  /** What was done to messages since they were sent. */
  readonly amendments: string;
  readonly draft: string;
  /** There while this device cannot follow the room, and is on its way back. */
  readonly comingBack: string;
  /** The room as our commit through a door makes it, until the log shows that commit. */
  readonly seat: string;
  /** Members who were let in and not heard from since. */
  readonly unheard: string;
  /** Files on their way to the relay. */
  readonly uploads: string;
  /** The newest records of the log, as they came. */
  readonly kept: string;
  /** Since when the relay says that it was restored. */
  readonly recovery: string;
  /** There while something is left to do since the room moved to another relay. */
  readonly relocation: string;
  /** The append id of a commit that is for another relay alone, because the room's own is gone. */
  readonly alone: string;
  /** What lets this device make rooms at a relay to which it moves the room. */
  readonly permit: string;

  constructor(roomId: RoomId) {
    this.prefix = `room/${toHex(roomId)}/`;
    this.state = `${this.prefix}state/`;
    this.outbox = `${this.prefix}outbox/`;
    this.history = `${this.prefix}history/`;
    this.alarms = `${this.prefix}alarm/`;
    this.decisions = `${this.prefix}deed/`;
    this.proposals = `${this.prefix}proposal/`;
    this.messageIds = `${this.prefix}id/`;
    this.invites = `${this.prefix}invite/`;
    this.freshness = `${this.prefix}freshness`;
    this.signs = `${this.prefix}sign/`;
    this.slots = `${this.prefix}slots`;
    this.leaving = `${this.prefix}leaving`;
    this.readMarker = `${this.prefix}read`;
    this.muted = `${this.prefix}muted`;
    this.listMarks = `${this.prefix}listed`;
    this.amendments = `${this.prefix}amended/`;
    this.draft = `${this.prefix}draft`;
    this.comingBack = `${this.prefix}back`;
    this.seat = `${this.prefix}seat/`;
    this.unheard = `${this.prefix}unheard/`;
    this.uploads = `${this.prefix}upload/`;
    this.kept = `${this.prefix}kept/`;
    this.recovery = `${this.prefix}recovery`;
    this.relocation = `${this.prefix}relocation`;
    this.alone = `${this.prefix}alone`;
    this.permit = `${this.prefix}permit/`;
  }

  historyItem(n: number): string {
    return this.history + orderedKey(n);
  }
  /** An alarm's line comes after the record at `n`. */
  alarmLine(n: number, order: number): string {
    return `${this.history}${orderedKey(n)}/${orderedKey(order)}`;
  }
  keptRecord(n: number): string {
    return this.kept + orderedKey(n);
  }
  upload(blobId: BlobId): string {
    return this.uploads + toHex(blobId);
  }
  amendment(n: number): string {
    return this.amendments + orderedKey(n);
  }
  outgoing(order: number): string {
    return this.outbox + orderedKey(order);
  }
  alarm(order: number): string {
    return this.alarms + orderedKey(order);
  }
  decision(seq: number): string {
    return this.decisions + orderedKey(seq);
  }
  proposal(actionHash: ActionHash): string {
    return this.proposals + toHex(actionHash);
  }
  messageId(id: MessageId): string {
    return this.messageIds + toHex(id);
  }
  invite(inviteId: InviteId): string {
    return this.invites + toHex(inviteId);
  }
}
