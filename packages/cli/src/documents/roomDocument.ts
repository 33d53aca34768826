import type { ProviderName } from "@conclave/crypto";
import type { Ending, FreshnessCheck, Pause, Returning, RoomSession, RoomStatus, WayBack } from "@conclave/client";
import { toHex } from "@conclave/codec";
import { pauseSentence } from "../session/pauseSentence.js";
import { problemError } from "../session/problem.js";
import { outsideSentence } from "../session/standing.js";
import { sayComingBack } from "../session/sayProblem.js";
import { webAddress } from "../session/relayAddress.js";
import { type AlarmDocument, alarmDocument, type ProofOf } from "./alarmDocument.js";
import { type PersonDocument, personDocument } from "./personDocument.js";

/** A room in a list of rooms. */
export interface RoomDocument {
  readonly id: string;
  readonly title: string;
  readonly relay: string;
  /** How this device stands in it: `member`, `asking` (somebody has to decide), `left`, `removed`, … */
  readonly standing: RoomStatus["standing"];
  /** Why joining failed, or the room is over here; null if neither, or if `standing` says it. */
  readonly ended: { readonly code: string; readonly message: string } | null;
  /** False after a join until a member has confirmed it by doing something in the room. */
  readonly isConfirmed: boolean;
  /** Its people, roles and rules are permanent. */
  readonly isSealed: boolean;
  readonly role: string | null;
  readonly people: number;
}

/** Whether those without whom nobody can be removed have confirmed the list of members, and when. */
export interface FreshnessDocument {
  /** "fresh", "aging", "stale", "expired" or "unknown". */
  readonly state: string;
  /** Whose word it is; of several who it takes, whose is the oldest. While it is "unknown" whoever was heard of last. */
  readonly by: PersonDocument | null;
  /** How many others it took beside them. */
  readonly others: number;
  /** When, at the earliest, by this machine's clock (ms). */
  readonly time: number | null;
  /** They answered a message of this home: no clock but its own counts. */
  readonly isAnswer: boolean;
  /** How far this machine's clock is ahead (ms) by the clocks of so many people; null where they do not doubt it. */
  readonly clock: { readonly ahead: number; readonly people: number } | null;
}

/** What came of `status --check`. */
export interface CheckDocument {
  readonly isConfirmed: boolean;
  readonly answeredBy: readonly PersonDocument[];
  /** How long it took (ms). */
  readonly took: number;
}

/** How a room stands just now. */
export interface StatusDocument {
  readonly connection: RoomStatus["connection"];
  readonly freshness: FreshnessDocument;
  readonly epoch: number;
  /** The roster's head: how many decisions there have been after the founding. */
  readonly seq: number;
  /** How far the relay's log has been taken in. */
  readonly n: number;
  /** Messages waiting to be sent. */
  readonly pending: number;
  readonly requests: number;
  /** We have asked to leave, and nobody has carried it out yet: nothing is sent, and nothing new is shown. */
  readonly isLeaving: boolean;
  /** Why we are not, or no longer, in the room; null while we are in it or joining. */
  readonly ending: EndingDocument | null;
  /** For owners, whether the recovery words alone bring them back: `ready`, `preparing`, `possible`; null for others. */
  readonly returning: Returning | null;
  /** Whether sending is stopped, and why. */
  readonly paused: { readonly code: string; readonly message: string } | null;
  /** This device can't follow the room, and is on its way back by itself; null if it can. */
  readonly comingBack: ComingBackDocument | null;
  /** How far the room's clock is ahead of this machine's (ms), 0 if it is not: links expire by it. */
  readonly roomAhead: number;
  /**
   * How far this machine's clock is ahead of the relay's and of the others' (ms), below zero behind them; 0 while nobody doubts it. While
   * it is doubted, you are asked before you decide, and a steward may do nothing.
   */
  readonly clockAhead: number;
  /** Who computes this device's keys: `openssl`, `noble` (TypeScript) or `libsodium` (WebAssembly). */
  readonly providers: { readonly curves: ProviderName; readonly mlKem: ProviderName } | null;
  readonly alarms: readonly AlarmDocument[];
}

/** How a device that can't follow its room comes back. */
export interface ComingBackDocument {
  /** `unopened`: it couldn't use the keys in somebody's change. `behind`: part of the log is missing. `copy`: it is a copy. */
  readonly why: string;
  /** Whose change it was; null if it is not known, or for another reason. */
  readonly by: PersonDocument | null;
  /** When it was noticed, by this machine's clock (ms). */
  readonly since: number;
  /** Whose device says that you were removed, without proof in the room's history; null if nobody's does. */
  readonly told: PersonDocument | null;
  /** `alone` if no other device is in the room; else `noticed`, then `asked` (nobody has let it in yet), then `entering`. */
  readonly step: string;
  /** The same for people. */
  readonly text: string;
}

/** Why we are not in a room. */
export interface EndingDocument {
  /** Who decided it; null if nobody did, or it is not known. */
  readonly by: PersonDocument | null;
  /** When, by that person's clock (ms). */
  readonly time: number | null;
  /** Removed and banned: no link lets us back in. */
  readonly isBan: boolean;
  /** Why joining failed, DECLINED for example; null if we were in the room. */
  readonly code: string | null;
  /** The same for people. */
  readonly text: string;
}

export function roomDocument(room: RoomSession): RoomDocument {
  const { standing, isConfirmed, ending } = room.status();
  const members = room.members();
  const relay = webAddress(room.relay);
  return {
    id: toHex(room.id),
    title: room.title,
    relay,
    standing,
    ended: endedDocument(ending, relay),
    isConfirmed,
    isSealed: room.isSealed(),
    role: members.find(({ isYou }) => isYou)?.role ?? null,
    people: members.length,
  };
}

function endedDocument(ending: Ending | null, relay: string): RoomDocument["ended"] {
  if (!ending?.problem) return null;
  const { code, message } = problemError(ending.problem, relay);
  return { code, message };
}

export function statusDocument(room: RoomSession, proofOf: ProofOf): StatusDocument {
  const status = room.status();
  const { connection, freshness, epoch, seq, n, pending, requests, isLeaving, paused, roomAhead, clockAhead, alarms } =
    status;
  return {
    connection,
    freshness: freshnessDocument(freshness),
    epoch,
    seq,
    n,
    pending,
    requests,
    isLeaving,
    ending: endingDocument(status),
    returning: room.returning(),
    paused: pauseDocument(paused),
    comingBack: comingBackDocument(status.comingBack),
    roomAhead,
    clockAhead,
    providers: status.providers,
    alarms: alarms.map((alarm) => alarmDocument(alarm, proofOf)),
  };
}

function comingBackDocument(back: WayBack | null): ComingBackDocument | null {
  if (back === null) return null;
  const { why, by, since, told, step } = back;
  const text = sayComingBack(back);
  return { why, by: by && personDocument(by), since, told: told && personDocument(told), step, text };
}

export function freshnessDocument({ until: _, by, ...freshness }: RoomStatus["freshness"]): FreshnessDocument {
  return { ...freshness, by: by && personDocument(by) };
}

export function checkDocument({ isConfirmed, answeredBy, took }: FreshnessCheck): CheckDocument {
  return { isConfirmed, answeredBy: answeredBy.map(personDocument), took };
}

export function pauseDocument(paused: Pause | null): StatusDocument["paused"] {
  return paused && { code: paused.why, message: pauseSentence(paused) };
}

function endingDocument(status: RoomStatus): EndingDocument | null {
  if (status.ending === null) return null;
  const { by, time, isBan, problem } = status.ending;
  const code = problem?.kind === "refused" ? problem.rejection.code : (problem?.kind ?? null);
  const text = outsideSentence(status);
  return { by: by && personDocument(by), time, isBan, code: code?.toUpperCase() ?? null, text };
}
