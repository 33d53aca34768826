import { type Action, openReturnOf, type Room } from "@conclave/protocol";
import type { ReturnPlan } from "../store/returnPlan.js";
import type { Returning } from "../api/status.js";
import type { RoomState } from "./roomState.js";

/**
 * The way back of an owner into one room by the recovery words (docs/decisions/0006): how far it is, and what is to be decided
 * for it. A person who wants it was promised it: so it is made in each room that they own, and tried until it is there.
 */
export class ReturnKeeper {
  constructor(
    private readonly state: RoomState,
    private readonly wanted: ReturnPlan,
    /** The action that makes the way back: null where there is one, or none can be had. */
    private readonly newReturn: (room: Room) => Action | null,
  ) {}

  /** How far it is; null for a person who is no owner. */
  get standing(): Returning | null {
    const { room, phase, person, slotsFor, decisionLog } = this.state;
    if (!room || phase.is !== "member") return null;
    const open = openReturnOf(room.roster, person);
    // Without its slot at the relay it leads nowhere.
    if (open) return slotsFor >= (decisionLog.find(open.createdSeq)?.n ?? 0) ? "ready" : "preparing";
    if (this.action === null) return null;
    return this.isPromised() ? "preparing" : "possible";
  }

  /** Whether it is in the roster, and its slot was never seen at the relay. */
  get needsSlot(): boolean {
    const { room, person } = this.state;
    return room !== null && openReturnOf(room.roster, person) !== null && this.standing === "preparing";
  }

  /** What makes it, also where it was ended; null where it is there, or is not to be had. */
  get action(): Action | null {
    const { room } = this.state;
    return room && this.newReturn(room);
  }

  /** What this device is to decide by itself; null for nothing. */
  get due(): Action | null {
    const { room } = this.state;
    return room && this.isPromised() ? this.action : null;
  }

  // RULE: client.return-ended: a way back that was ended, as a lost device may be in other hands, is made again by its owner's
  // own decision only, never by itself (attack A62). The roster forgets an invite that is over; the decisions stay.
  private isPromised(): boolean {
    return this.wanted.isWanted && !this.state.decisionLog.hasMadeReturn(this.state.person);
  }
}
