import type { Power, Powers } from "@conclave/client";
import { plainName, type Role } from "@conclave/client/pure";
import { listOf } from "../../words/say.js";
import { powers, t } from "./powerWords.js";

const TOLD = ["invite", "add", "remove", "setRole", "setPolicy"] as const satisfies readonly Power[];

/** What our person decides alone now and would not any more, in a sentence; empty where nothing is. By their own powers. */
export function sayOwnLoss([before, after]: readonly [Powers | null, Powers | null]): string {
  if (!before || !after) return "";
  const lost = TOLD.filter((power) => before[power] === "alone" && after[power] === "together");
  return lost.length === 0 ? "" : t.notAlone({ list: listOf(lost.map((power) => powers[power])) });
}

/**
 * What a new role lets somebody do that they could not do before, in one or two sentences. With the old role and the new
 * one, and the powers that each gives them (`powersAs`).
 */
export function sayPowers(
  called: string,
  [from, to]: readonly [Role, Role],
  [before, after]: readonly [Powers | null, Powers | null],
): string {
  const name = plainName(called);
  if (!before || !after) return "";
  if (to === "member") return t.loses({ name });
  if (to === "admin" && from === "owner") return t.losesOwner({ name });
  if (to === "owner") return after.setPolicy === "together" ? t.ownerTogether({ name }) : t.owner({ name });
  const gained = TOLD.filter((power) => after[power] !== "no" && before[power] === "no");
  const isTogether = gained.some((power) => after[power] === "together");
  const list = listOf([powers.setTitle, powers.messages, ...gained.map((power) => powers[power])]);
  return isTogether ? t.adminTogether({ name, list }) : t.admin({ name, list });
}
