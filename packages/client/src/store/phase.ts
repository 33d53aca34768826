import type { Append, Asking, InviteLink, Room, RoomCreation, PersonId, SshPass } from "@conclave/protocol";
import type { Problem } from "../api/problem.js";
import type { Standing } from "../api/status.js";

/**
 * Where a room is in its life, on this device; what is known only in a phase is part of it, and is stored with it
 * (docs/decisions/0010-phases.md). `founding`: the relay does not have the room yet. `joining`: our join is on its way; null
 * where somebody else's commit admits us. `asking`: somebody has to admit us. `member`. `out`: not any more, or never.
 * `restored`: this device is a copy, and has to join again (attack A64).
 */
export type Phase =
  | { readonly is: "founding"; readonly creation: Creation }
  | { readonly is: "joining"; readonly join: OwnJoin | null }
  | { readonly is: "asking"; readonly request: OwnRequest }
  | { readonly is: "member" }
  | { readonly is: "out"; readonly why: "removed" | "left" }
  | Lost
  | { readonly is: "restored" };

/** The way in ended. The request is kept where an answer to it may still come. */
export interface Lost {
  readonly is: "out";
  readonly why: "lost";
  readonly ending: JoinEnding;
  readonly request: OwnRequest | null;
}

/** What the relay needs to create the room. */
export type Creation = RoomCreation & { readonly permit: Uint8Array };

/** A join that is on its way, to be tried again with a fresh slot. */
export interface OwnJoin {
  readonly link: InviteLink;
  /** How we call ourselves in this room. */
  readonly name: string;
  /** How often it was built. */
  readonly attempts: number;
  /** Of a return: the invite to return ends with it. */
  readonly isLast: boolean;
  /** Of who comes by a listed SSH key: the leaf that it has signed for, and the signature. */
  readonly ssh: SshPass | null;
  /** What the relay is asked to append. */
  readonly append: Append;
}

/** A request to join. */
export interface OwnRequest {
  readonly link: InviteLink;
  /** The keys that open the answer. */
  readonly asking: Asking;
  /** What is left at the relay. */
  readonly blob: Uint8Array;
  /** It is there. */
  readonly isPosted: boolean;
  /** The room's epoch to whose members it is sealed. */
  readonly epoch: number;
}

/** How a join came to nothing. */
export interface JoinEnding {
  readonly problem: Problem;
  /** Who declined, and when by their clock (ms); null where nobody did. */
  readonly by: { readonly person: PersonId; readonly name: string; readonly time: number } | null;
}

/** The phase that follows from what the room itself has become: nothing else moves it there. */
export function phaseAfter(phase: Phase, room: Room): Phase {
  if (phase.is === "out" || phase.is === "restored") return phase;
  if (room.status === "removed" || room.status === "left") return { is: "out", why: room.status };
  // RULE: client.restored: a copy of a device must not encrypt: it would use keys that the other has used (attack A64).
  if (room.pausingAlarms.some(({ code }) => code === "RESTORED")) return { is: "restored" };
  return phase.is === "joining" && room.status === "active" ? { is: "member" } : phase;
}

/** How it is told. */
export function standingOf(phase: Phase): Standing {
  return phase.is === "out" ? phase.why : phase.is;
}

/** Why the way in ended; null where it did not. */
export function joinEndingOf(phase: Phase): JoinEnding | null {
  return phase.is === "out" && phase.why === "lost" ? phase.ending : null;
}
