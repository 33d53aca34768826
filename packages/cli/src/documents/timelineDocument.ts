import type { Decision, RoomSession, TimelineItem, TimelineProposal } from "@conclave/client";
import { toHex } from "@conclave/codec";
import { decisionRight, decisionSummary, labelsOf, offersIn } from "../session/decisionView.js";
import { proposalSentence, unreadableSentence } from "../session/timelineView.js";
import { type AlarmDocument, alarmDocument, type ProofOf } from "./alarmDocument.js";
import { type MessageDocument, messageDocument } from "./messageDocument.js";
import { type InviteRefDocument, inviteRefDocument, type PersonDocument, personDocument } from "./personDocument.js";

/** By what right somebody decided. */
export interface DecisionRightDocument {
  /** The author's role before it; null for somebody who was not in the room. */
  readonly role: string | null;
  /** Whose signed approval came with it, besides the author's. */
  readonly approvedBy: readonly PersonDocument[];
  /** The invite that was used. */
  readonly invite: InviteRefDocument | null;
  /** The person said themselves that they are leaving. */
  readonly isFarewell: boolean;
  /** The same for people: `as owner`, `with Alice's link "Newsletter"`; may be empty. */
  readonly text: string;
}

/** What a device that came back says of somebody. */
export interface ClaimDocument {
  readonly after: PersonDocument;
  /** Your own devices, or several other people, have said so since that person last came in. */
  readonly isAgain: boolean;
  /** For people, with a command: what can be done; null where nothing is needed, or you can't. */
  readonly offer: string | null;
}

/** One membership decision of the room's roster, checked on this machine. */
export interface DecisionDocument {
  readonly seq: number;
  readonly time: number;
  readonly action: string;
  readonly author: PersonDocument;
  readonly subject: PersonDocument | null;
  /** For people: `Alice removed Bob`. */
  readonly summary: string;
  readonly right: DecisionRightDocument;
  /** Invites that ended with it. */
  readonly closedInvites: readonly string[];
  /** With `reseat`: whose change the device says it couldn't follow. A claim that nobody can check; null for none. */
  readonly claim: ClaimDocument | null;
}

/** What somebody proposed to the others, and what became of it. */
export interface ProposalLineDocument {
  /** Give it to `approve`. */
  readonly id: string;
  readonly time: number;
  readonly by: PersonDocument;
  /** Null while it is open. */
  readonly ending: "done" | "withdrawn" | "void" | "displaced" | null;
  readonly sentence: string;
}

/** What a room shows, oldest first. */
export type TimelineItemDocument =
  | { readonly kind: "message"; readonly message: MessageDocument }
  | { readonly kind: "decision"; readonly decision: DecisionDocument }
  | { readonly kind: "alarm"; readonly alarm: AlarmDocument }
  | { readonly kind: "proposal"; readonly proposal: ProposalLineDocument }
  /** `count` records in a row, from `n` on. The same line comes again when there are more. */
  | {
      readonly kind: "unreadable";
      readonly n: number;
      readonly reason: string;
      readonly count: number;
      readonly sentence: string;
    };

export function itemDocument(room: RoomSession, item: TimelineItem, proofOf: ProofOf): TimelineItemDocument {
  switch (item.kind) {
    case "message":
      return { kind: "message", message: messageDocument(item.message) };
    case "decision":
      return { kind: "decision", decision: decisionDocument(room, item.decision) };
    case "alarm":
      return { kind: "alarm", alarm: alarmDocument(item.alarm, proofOf) };
    case "proposal":
      return { kind: "proposal", proposal: proposalLineDocument(room, item.proposal) };
    case "unreadable": {
      const { n, reason, count } = item;
      return { kind: "unreadable", n, reason, count, sentence: unreadableSentence(item) };
    }
  }
}

export function decisionDocument(room: RoomSession, decision: Decision): DecisionDocument {
  const { seq, time, action, by, person, right, revokedInvites, claim } = decision;
  return {
    seq,
    time,
    action: action.type,
    author: personDocument(by),
    subject: person && personDocument(person),
    summary: decisionSummary(decision, labelsOf(room)),
    right: {
      role: right.role,
      approvedBy: right.approvedBy.map(personDocument),
      invite: right.invite && inviteRefDocument(right.invite),
      isFarewell: right.isFarewell,
      text: decisionRight(decision),
    },
    closedInvites: revokedInvites.map((id) => toHex(id)),
    claim: claim && {
      after: personDocument(claim.after),
      isAgain: claim.isAgain,
      offer: offersIn(room)(decision),
    },
  };
}

function proposalLineDocument(room: RoomSession, proposal: TimelineProposal): ProposalLineDocument {
  const { actionHash, by, time, ending } = proposal;
  const sentence = proposalSentence(proposal, labelsOf(room));
  return { id: toHex(actionHash), time, by: personDocument(by), ending, sentence };
}
