import type { RoomMember } from "@conclave/client";
import type { PersonId } from "@conclave/client/pure";
import { equalBytes } from "@conclave/codec";
import { readPersonCode } from "./personCode.js";

/** What a scanned code says about the person who is being checked. */
export type Finding =
  | { readonly is: "same" }
  /** A person's code, but not theirs: that of `whose`, or of nobody here. */
  | { readonly is: "other"; readonly whose: RoomMember | null }
  /** No person's code at all. */
  | { readonly is: "none" };

/**
 * Judges a scanned code.
 *
 * RULE: web.scan-exact: only the whole key of the person whose page is open counts as a match; a code of somebody else, even
 * of somebody in the room, marks nobody (attack A77).
 */
export function judgeCode(text: string, person: PersonId, members: readonly RoomMember[]): Finding {
  const scanned = readPersonCode(text);
  if (!scanned) return { is: "none" };
  if (equalBytes(scanned, person)) return { is: "same" };
  return { is: "other", whose: members.find((member) => equalBytes(member.person, scanned)) ?? null };
}
