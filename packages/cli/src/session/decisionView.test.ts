import type { Decision, NamedPerson, RoomSession } from "@conclave/client";
import { ActionHash, LeafKey, PersonId } from "@conclave/protocol";
import { describe, expect, it } from "vitest";
import { decisionSummary, offersIn } from "./decisionView.js";

const person = (n: number, name: string, isYou = false): NamedPerson => {
  return { person: PersonId.of(new Uint8Array(32).fill(n)), name, tag: "apple river", isYou, checked: null };
};
const [you, alice, bob] = [person(1, "Yara", true), person(2, "Alice"), person(3, "Bob Bobson")];

function comingBack(by: NamedPerson, after: NamedPerson | null, isAgain = false): Decision {
  const leaf = LeafKey.of(new Uint8Array(32));
  return {
    ...{ seq: 7, n: 7, time: new Date(2026, 0, 1, 14, 2).getTime(), by, person: by, revokedInvites: [] },
    action: { type: "reseat", leafCert: new Uint8Array(0), leaf, after: after && after.person },
    right: { role: "member", approvedBy: [], invite: null, sshKey: null, isFarewell: false },
    actionHash: ActionHash.of(new Uint8Array(32)),
    claim: after && { after, isAgain },
  };
}

/** What this part asks of a room with these people, where a removal would be judged so. */
function roomOf(people: readonly NamedPerson[], can: "alone" | "together" | "no"): RoomSession {
  const members = () => people.map((each) => ({ ...each, isLookalike: false }));
  return { members, outlook: () => ({ can }) } as unknown as RoomSession;
}

describe("a device that came back", () => {
  const summary = (decision: Decision) => decisionSummary(decision, () => null);

  it("is told as a claim to others, and to its own person with the time", () => {
    expect(summary(comingBack(alice, bob))).toBe(
      "Alice came back with new keys, on a device that says it couldn't follow a change by Bob Bobson",
    );
    expect(summary(comingBack(you, bob))).toBe(
      "Bob Bobson's device sent keys that yours couldn't use. You came back at 14:02",
    );
    expect(summary(comingBack(alice, null))).toBe(
      "Alice came back with new keys, on a device that couldn't follow the room",
    );
  });

  it("offers from the second time on what can be pasted, to those who can do it, about who is here", () => {
    const everybody = [you, alice, bob];
    const offer = (decision: Decision, can: "alone" | "together" | "no" = "alone", people = everybody) =>
      offersIn(roomOf(people, can))(decision);
    const again = comingBack(alice, bob, true);
    for (const can of ["alone", "together"] as const) {
      expect(offer(again, can)).toContain("It's a claim, not proof. Remove Bob Bobson?  ");
      expect(offer(again, can)).toMatch(/ remove 'Bob Bobson'$/u);
    }
    expect(offer(again, "no")).toBeNull();
    expect(offer(comingBack(alice, bob))).toBeNull();
    expect(offer(comingBack(alice, null))).toBeNull();
    expect(offer(again, "alone", [you, alice])).toBeNull();
    expect(offer(comingBack(alice, you, true))).toBeNull();
  });
});
