import type { Providers } from "@conclave/crypto";
import type { Upgraded } from "@conclave/protocol";
import type { RelayError } from "@conclave/wire";
import type { Decision } from "./decision.js";
import type { TimelineAlarm } from "./timeline.js";
import type { NamedPerson } from "./person.js";
import type { Problem } from "./problem.js";

/**
 * How this device stands in a room. `founding`: the relay does not have the room yet. `joining`: our join is on its
 * way. `asking`: somebody has to decide. `member`. `removed` and `left`: not any more. `lost`: a join came too late too
 * often, or what happened meanwhile ruled it out. `restored`: this device is a copy and has to join again (attack A64).
 */
export type Standing = "founding" | "joining" | "asking" | "member" | "removed" | "left" | "lost" | "restored";

/** Whether we are out of the room, so that only a new join brings us back. */
export function isGone(standing: Standing): boolean {
  return standing === "removed" || standing === "left" || standing === "lost";
}

/** How good the list of members is (docs/protocol.md §8). The relay's clock plays no part in it. */
export interface Freshness {
  /**
   * `fresh`: those without whom nobody can be removed confirmed it within ten minutes. `aging`: later than that. `stale`: longer
   * ago than the room's policy allows, ask before sending. `expired`: longer ago by far. `unknown`: they have not confirmed it to
   * this device, or are too many to be asked.
   */
  readonly state: "fresh" | "aging" | "stale" | "expired" | "unknown";
  /**
   * Whose word it is; of several who it takes, whose is the oldest. Ourselves where nobody else could have changed the list. While
   * it is `unknown` whoever was heard of last.
   */
  readonly by: NamedPerson | null;
  /** How many others it took beside them. */
  readonly others: number;
  /** When they confirmed it, at the earliest, by this device's clock (ms). */
  readonly time: number | null;
  /** When it turns older unless somebody confirms it again, by this device's clock (ms); null for never. */
  readonly until: number | null;
  /** They answered a message of this device: no clock but its own counts. */
  readonly isAnswer: boolean;
  /** What several people's clocks say of this device's; null where they do not doubt it. */
  readonly clock: { readonly ahead: number; readonly people: number } | null;
}

/** What came of asking whether the list of members is as it is here. */
export interface FreshnessCheck {
  /** Whether those whose word it takes have confirmed it since it was asked. */
  readonly isConfirmed: boolean;
  /** Who answered, of those whose word counts. Nobody, and confirmed: nobody else could have changed the list. */
  readonly answeredBy: readonly NamedPerson[];
  /** How long it took (ms). */
  readonly took: number;
  readonly freshness: Freshness;
}

/** Why nothing is sent. */
export type Pause =
  /** The relay was caught showing different people different rooms, or an older one, or keeps something back. */
  | { readonly why: "alarm"; readonly alarm: TimelineAlarm }
  /** This device is a copy, or was restored from one. */
  | { readonly why: "restored" }
  /** The room was moved to a version that this app does not know. */
  | { readonly why: "update_needed"; readonly upgraded: Upgraded }
  /** The relay answers, and has no such room (any more): `room_unknown`, or its operator deleted it: `room_deleted`. */
  | { readonly why: "relay"; readonly error: RelayError }
  /** The home's storage failed, or a bug showed: open the home again. */
  | { readonly why: "failed"; readonly message: string };

/** This device cannot follow the room, and is on its way back, by itself. */
export interface WayBack {
  /** `unopened`: it could not open a commit that the others may have followed. `behind`: part of the log is missing. `copy`. */
  readonly why: "unopened" | "behind" | "copy";
  /** Whose device made that commit; null where it is not known, or for another reason. */
  readonly by: NamedPerson | null;
  /** When it was noticed, by this device's clock (ms). */
  readonly since: number;
  /** Whose device says that we were removed, which nothing in the room proves; null where nobody's does. */
  readonly told: NamedPerson | null;
  /** `alone`: as far as we know, no other device is in the room that could let us in. `noticed`: the members are about to be asked. `asked`: nobody has let it in yet. `entering`: a member has. */
  readonly step: "alone" | "noticed" | "asked" | "entering";
}

/**
 * Whether an owner's recovery words alone bring them back into a room, in any home, with nobody's help. `ready`: they do.
 * `preparing`: not yet, this home is working on it. `possible`: they do not, as the person does not want it, or has ended it;
 * `prepareReturn` makes it so.
 */
export type Returning = "ready" | "preparing" | "possible";

/** Why we are not in the room, or not any more. */
export interface Ending {
  /** Why the way in ended (`lost`); `refused` with `declined` where somebody declined. Null where we were in the room. */
  readonly problem: Problem | null;
  /** Who decided: who declined, or removed us. Null where nobody did, or it is not known. */
  readonly by: NamedPerson | null;
  /** When, by that person's clock (ms). */
  readonly time: number | null;
  /** Removed for good: no link brings us in again. */
  readonly isBan: boolean;
}

/** What this device has done for others and for its own person, that was waiting to be done. */
export interface Settled {
  /** Farewells and agreed proposals that it carried out, and the way back that it made. */
  readonly decisions: readonly Decision[];
  /** New keys for somebody who had joined by themselves. */
  readonly hasRekeyed: boolean;
  /** Open links lead into the room as it is now. */
  readonly hasRefreshed: boolean;
}

/** How far a decision is that people in the room still have to agree to. */
export interface OpenDecision {
  /** How many have agreed. */
  readonly have: number;
  /** How many it takes. */
  readonly need: number;
}

/** What a person has made of a room in their list, on this device: nobody else learns of it. */
export interface ListMarks {
  /** It stays on top. */
  readonly isPinned: boolean;
  /** The person wants to come back to it; reading ends it. */
  readonly isUnread: boolean;
  /** Put away when the log was this long; null: it is not. What is written later may bring it back. */
  readonly archivedAt: number | null;
}

/** How a room stands just now. */
export interface RoomStatus {
  readonly standing: Standing;
  /**
   * We have said farewell, and no member has carried it out yet: nothing more is said, and nothing is shown that others said since.
   * `RoomSession.stay` undoes it.
   */
  readonly isLeaving: boolean;
  /** Null while we are in the room, or on the way in. */
  readonly ending: Ending | null;
  /**
   * `connecting`: it is being tried, and may well succeed. `offline`: nobody answers; it is tried again and again. `live`:
   * everything that the relay has is here, and more is pushed.
   */
  readonly connection: "offline" | "connecting" | "catching up" | "live";
  /** The relay was restored from a copy, and waits for what members' devices bring back: reading goes on, sending waits. */
  readonly isRecovering: boolean;
  /** The relay is away, and we read on at the mirror of this address: nothing can be sent. Null while it is there, or no mirror answers. */
  readonly mirror: string | null;
  /** False while nobody else has spoken in an epoch that this device joined: the join may be to a stale room. */
  readonly isConfirmed: boolean;
  readonly freshness: Freshness;
  readonly epoch: number;
  /** The roster's number: how many decisions there have been since the founding. */
  readonly seq: number;
  /** How far the log has been taken in. */
  readonly n: number;
  /** Messages that are not in the log yet. */
  readonly pending: number;
  /** Messages of others after the read marker. */
  readonly unread: number;
  /** Those of them that name you with an @. */
  readonly mentions: number;
  /** The person has muted it on this device: only what names or asks them is told. */
  readonly isMuted: boolean;
  /** What the person has made of the room in their list. */
  readonly listMarks: ListMarks;
  /** The place of the first unread message; null when all is read. */
  readonly firstUnread: number | null;
  /** People who ask to join, as far as this device may see. */
  readonly requests: number;
  /** What waits for this person's answer: proposals and requests in which their approval would count, and which they have not answered. */
  readonly asked: number;
  /** What the room has not decided yet: of several what waits for this person, else what was asked for last. Null where nothing is. */
  readonly open: OpenDecision | null;
  readonly paused: Pause | null;
  /** Null while this device can follow the room. */
  readonly comingBack: WayBack | null;
  /** How far the room's own time is ahead of this device's clock (ms), 0 where it is not: links end by the room's. */
  readonly roomAhead: number;
  /**
   * How far this device's clock is ahead of the relay's and of the nearest member's (ms), below zero behind them; 0 while nobody doubts
   * it, or its person says that it is right. While it is doubted, a person's decisions are refused (`clock`), and a steward closes no
   * link; by a clock that is off by days nobody who asks to join is seen.
   */
  readonly clockAhead: number;
  /** Who computes this device's keys at the moment; null where there is only one way. */
  readonly providers: Providers | null;
  /** Bytes of the largest file that the relay takes; null while it has not been reached. */
  readonly fileLimit: number | null;
  /** Those that nobody has acknowledged: a screen shows them as banners. All alarms are in the timeline. */
  readonly alarms: readonly TimelineAlarm[];
}
