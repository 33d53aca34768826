import { plainName, type PolicyMatter, type Role } from "@conclave/client/pure";
import type { RoomDetail } from "@conclave/client/remote";
import { listOf } from "../../words/say.js";
import { mayBegin, needsOthers } from "./mayBegin.js";
import { powers, t } from "./powerWords.js";

const MATTERS = ["invite", "add", "remove", "setRole", "setPolicy"] as const satisfies readonly PolicyMatter[];

/** What a new role lets somebody do that they could not do before, in one or two sentences. */
export function sayPowers(detail: RoomDetail, called: string, from: Role, to: Role): string {
  const { policy, members } = detail;
  const name = plainName(called);
  if (!policy) return "";
  if (to === "member") return t.loses(name);
  if (to === "admin" && from === "owner") return t.losesOwner(name);
  const others = members.map(({ role }) => role);
  const after = [...others.slice(0, others.indexOf(from)), to, ...others.slice(others.indexOf(from) + 1)];
  if (to === "owner") return needsOthers(policy, "setPolicy", "owner", after) ? t.ownerTogether(name) : t.owner(name);
  const gained = MATTERS.filter((matter) => mayBegin(policy, matter, "admin") && !mayBegin(policy, matter, "member"));
  const isTogether = gained.some((matter) => needsOthers(policy, matter, "admin", after));
  const list = listOf([powers.setTitle, powers.messages, ...gained.map((matter) => powers[matter])]);
  return isTogether ? t.adminTogether(name, list) : t.admin(name, list);
}
