import type { Decision } from "@conclave/client";
import { equalBytes } from "@conclave/codec";

type Action = Decision["action"];

const POWER = { steward: 0, member: 0, admin: 1, owner: 2 } as const;

/**
 * What takes a decision back: the opposite, by what was decided before it. Null where a later decision has changed the same thing,
 * where nothing says how it was before, where there is no way back, or where it would give somebody power: that asks first, and is done
 * on the person's page (attack A92).
 *
 * @param all All decisions of the room, oldest first.
 */
export function oppositeOf({ seq, action, person }: Decision, all: readonly Decision[]): Action | null {
  const isSame = ({ action: other, person: whom }: Decision) => {
    if (action.type === "setTitle") return other.type === action.type;
    if (action.type !== "setRole" || person === null) return false;
    if (other.type === "transferOwnership") return true;
    return "role" in other && whom !== null && equalBytes(whom.person, person.person);
  };
  if (all.some((each) => each.seq > seq && isSame(each))) return null;
  const before = all.findLast((each) => each.seq < seq && isSame(each))?.action;
  if (action.type === "setTitle") {
    // The first name is the founding's.
    const title = before?.type === "setTitle" ? before.title : foundedAs(all);
    return title === null ? null : { type: "setTitle", title };
  }
  if (action.type !== "setRole" || (before?.type !== "setRole" && before?.type !== "add")) return null;
  // A steward is never given another role.
  if (before.role === "steward" || POWER[before.role] >= POWER[action.role]) return null;
  return { ...action, role: before.role };
}

function foundedAs(all: readonly Decision[]): string | null {
  const first = all[0]?.action;
  return first?.type === "charter" ? first.title : null;
}
