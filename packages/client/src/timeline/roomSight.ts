import type { PersonId, Room, Roster } from "@conclave/protocol";
import type { ClientPorts } from "../api/client.js";
import type { Marks } from "../api/person.js";
import type { SessionEvent } from "../api/sessionEvent.js";
import type { AlarmLog } from "../store/alarmLog.js";
import type { Amendments } from "../store/amendments.js";
import type { DecisionLog } from "../store/decisionLog.js";
import type { History } from "../store/history.js";
import type { RoomKeys } from "../store/homeKey.js";
import type { Outbox } from "../store/outbox.js";
import type { OwnInvites } from "../store/ownInvites.js";
import type { Signs } from "../store/signs.js";
import type { Transaction } from "../store/transaction.js";
import type { Unheard } from "../store/unheard.js";

/** What screens are made from: a room's roster and its decisions, and what this home knows. */
export interface RoomSight {
  readonly ports: Pick<ClientPorts, "crypto">;
  readonly person: PersonId;
  readonly room: { readonly roster: Roster } | null;
  readonly decisionLog: Pick<DecisionLog, "nameOf" | "admissionOf" | "creatorOf" | "isAuto">;
  readonly invites: Pick<OwnInvites, "find">;
  readonly marks: Pick<Marks, "markOf">;
  readonly unheard: Pick<Unheard, "has">;
  readonly signs: Pick<Signs, "of">;
  /** Slots of open invites, in hexadecimal, into which the relay lets nothing be put. */
  readonly refusedSlots: ReadonlySet<string>;
}

/** The records of a room, for what makes lines of them. */
export interface RoomRecords extends RoomSight {
  readonly ports: ClientPorts;
  readonly keys: RoomKeys;
  readonly room: Room | null;
  readonly history: History;
  readonly amendments: Amendments;
  readonly decisionLog: DecisionLog;
  readonly alarms: AlarmLog;
  readonly outbox: Outbox;
  /** By this device's clock (ms). */
  now(): number;
  /** Tells those who watch, once the transaction is durable. */
  emit(tx: Transaction, event: SessionEvent): void;
}
