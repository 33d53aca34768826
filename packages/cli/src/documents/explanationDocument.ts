import type { RoomSession } from "@conclave/client";
import { toHex } from "@conclave/codec";
import type { Explanation, PersonId, Policy } from "@conclave/protocol";
import type { DoubtDocument, ExplainedPolicy } from "../session/explainedPolicy.js";
import { type PersonDocument, personDocument } from "./personDocument.js";
import { policyDocument, type PolicyDocument } from "./policyDocument.js";

/** What a policy means for one kind of act, in the room as it is. People are named by their ids. */
export interface ExplainedActDocument {
  /** `add`, `invite`, `remove`, `removeAdmin`, `removeOwner`, `makeAdmin`, `makeOwner`, `demoteAdmin`, `demoteOwner`, `handOver`, `setPolicy`, `seal`, `upgrade`, `setTitle` or `addDevice`. */
  readonly act: string;
  /** Whether anybody can do it, if everybody agrees. */
  readonly isPossible: boolean;
  /** Who can do it alone. */
  readonly alone: readonly string[];
  /** Every way in which enough agree. */
  readonly ways: readonly AgreeingDocument[];
  /** Who may carry it out once enough have agreed. */
  readonly by: readonly string[];
  /** Without whom it cannot be done. */
  readonly essential: readonly string[];
  /** The same for people. */
  readonly text: string;
}

/** One way in which enough agree. */
export interface AgreeingDocument {
  /** How many of them have to say yes, who carries it out among them; 0 if nobody has to. */
  readonly need: number;
  /** Whose yes counts. */
  readonly of: readonly string[];
}

/** What a policy means for a room. */
export interface ExplanationDocument extends PolicyDocument {
  /** Whether it is the room's policy now. */
  readonly isCurrent: boolean;
  readonly people: readonly PersonDocument[];
  readonly acts: readonly ExplainedActDocument[];
  /** The kinds of invites that let somebody in without anybody's yes: `single`, `multi`, `personal`, `listed`. */
  readonly invites: readonly string[];
  /** Who is too new to be counted where several decide. */
  readonly waiting: readonly string[];
  /** What else there is to know, a sentence each. */
  readonly remarks: readonly string[];
  readonly doubts: readonly DoubtDocument[];
}

/** What was explained, for programs. */
export function explanationDocument(
  room: RoomSession,
  policy: Policy,
  isCurrent: boolean,
  explanation: Explanation,
  { rows, remarks }: ExplainedPolicy,
  doubts: readonly DoubtDocument[],
): ExplanationDocument {
  const ids = (people: readonly PersonId[]) => people.map((person) => toHex(person));
  return {
    ...policyDocument(policy),
    isCurrent,
    people: room.members().map(personDocument),
    acts: explanation.acts.map(({ act, by, ways, alone, essential }, n) => ({
      act,
      isPossible: by.length > 0 && ways.length > 0,
      alone: ids(alone),
      ways: ways.map(({ need, of }) => ({ need, of: ids(of) })),
      by: ids(by),
      essential: ids(essential),
      text: rows[n]!.who,
    })),
    invites: explanation.invites,
    waiting: ids(explanation.waiting),
    remarks,
    doubts,
  };
}
