import { done, failed, type Result, toHex } from "@conclave/codec";
import { joinDeltas } from "../encoding/delta.js";
import type { ActionHash } from "../encoding/ids.js";
import type { Delta } from "../encoding/provider.js";
import { ProtocolKind } from "../message/message.js";
import { refused, type Rejection } from "../policy/rejection.js";
import { type Action, encodeAction } from "../roster/action.js";
import type { GivenYes } from "../roster/coverage.js";
import { alreadySo, approvedAlready, declinedAlready, unknownHere } from "./alreadySo.js";
import type { Displaced } from "./displacement.js";
import {
  keyRecordOfLetter,
  signOwnApproval,
  type TakenLetter,
  takeLetter,
  writeLetter,
  type WrittenLetter,
} from "./letters.js";
import type { OutgoingMessage } from "./outcome.js";
import type { RoomParts } from "./parts.js";
import { isAskedBy, type ProposalRecord } from "./proposalRecord.js";
import { objectionToProposal, type OpenProposal, proposalsOf, wouldCount } from "./proposals.js";
import { sayInRoom } from "./speak.js";

/** What people of the room ask each other to agree to (docs/protocol.md §4): asking, agreeing, saying no, taking back. */
export class RoomProposals {
  constructor(private readonly parts: RoomParts) {}

  /**
   * Asks the others for their yes to an action.
   *
   * RULE: room.ask-for-something: what would be refused if everybody agreed is not asked for (docs/protocol.md §4).
   */
  propose(action: Action, now: number): Result<OutgoingMessage, Rejection> {
    const idle = alreadySo(this.parts, action);
    if (idle !== null) return idle;
    const objection = objectionToProposal(this.parts, action, this.parts.core.person);
    if (objection !== null) return failed(objection);
    return sayInRoom(this.parts, { kind: ProtocolKind.proposal, ref: null, body: encodeAction(action) }, now);
  }

  /** Says yes to an action that somebody proposed. `already_so` while an earlier yes of ours counts. */
  approve(hash: ActionHash, now: number): Result<OutgoingMessage, Rejection> {
    const { proposals, core, roster, primitives } = this.parts;
    const asked = proposals.find(hash);
    if (asked === null) return refused("unknown_proposal");
    const idle = unknownHere(asked.action) ?? approvedAlready(this.parts, hash);
    if (idle !== null) return idle;
    const body = signOwnApproval(this.parts, hash);
    const said = sayInRoom(this.parts, { kind: ProtocolKind.approval, ref: null, body }, now);
    if (!said.ok) return said;
    const kept = proposals.approve(primitives.crypto, roster, body, {
      author: core.person,
      seen: this.parts.log.place.n,
    });
    return done({ ...said.value, delta: joinDeltas(kept.delta, said.value.delta) });
  }

  /** Says no to an action that somebody else proposed. The others see it; it keeps nobody from agreeing. */
  decline(hash: ActionHash, now: number): Result<OutgoingMessage, Rejection> {
    const { proposals, core, roster, primitives, log } = this.parts;
    const idle = declinedAlready(this.parts, hash);
    if (idle !== null) return idle;
    const asked = proposals.find(hash);
    if (asked === null || isAskedBy(asked, core.person)) return refused("unknown_proposal");
    // What cannot be said changes nothing.
    const said = this.answer(ProtocolKind.decline, asked, now);
    if (!said.ok) return said;
    const { delta } = proposals.decline(primitives.crypto, roster, hash, core.person, log.place.n + 1);
    return done({ ...said.value, delta: joinDeltas(delta, said.value.delta) });
  }

  /** Takes back an action that our person proposed. Yeses that were given stay signed: a member who holds enough could use them. */
  withdraw(hash: ActionHash, now: number): Result<OutgoingMessage, Rejection> {
    const { proposals, core, roster, primitives, log } = this.parts;
    const asked = proposals.find(hash);
    if (asked === null || !isAskedBy(asked, core.person)) return refused("unknown_proposal");
    const said = this.answer(ProtocolKind.withdrawal, asked, now);
    if (!said.ok) return said;
    // Nobody who agrees meanwhile can have seen it.
    const { delta } = proposals.withdraw(primitives.crypto, roster, hash, core.person, log.place.n + 1);
    return done({ ...said.value, delta: joinDeltas(delta, said.value.delta) });
  }

  /** Approves a proposal in a letter, for a file or a QR code: see {@link takeLetter}. It needs no relay. */
  writeLetter(hash: ActionHash): Result<WrittenLetter, Rejection> {
    return writeLetter(this.parts, hash);
  }

  /** The name of this room's record that opens a letter: give what is in it to {@link takeLetter}. Refused for what is none of this room. */
  keyRecordOfLetter(text: string): Result<string, Rejection> {
    return keyRecordOfLetter(this.parts, text);
  }

  /** Takes in an approval that came in a letter. `key`: null where there is no record of that name. */
  takeLetter(text: string, key: Uint8Array | null): Result<TakenLetter, Rejection> {
    return takeLetter(this.parts, text, key);
  }

  /** What waits for people's agreement, seen from us: `have` counts our own yes as author. */
  list(): OpenProposal[] {
    return proposalsOf(this.parts);
  }

  /** The yeses that may still be used, whatever became of the proposals: of those that are open, who asked among them. */
  given(): GivenYes[] {
    const { proposals } = this.parts;
    const open = this.list().map(({ action, yes, by, alsoBy }) => {
      return { action, yes: new Set([...yes, by, ...alsoBy].map((person) => toHex(person))) };
    });
    return [...open, ...proposals.given.list()];
  }

  /** Whether our person has a say in an action: their yes to it would count. */
  hasSay(action: Action): boolean {
    return wouldCount(this.parts, action);
  }

  /** Our own proposal, kept without waiting for the echo of its message. Gives its hash, and what of ours gives way to it. */
  note(action: Action): { hash: ActionHash; delta: Delta; displaced: readonly Displaced[] } {
    const { proposals, primitives, roster, core } = this.parts;
    return proposals.propose(primitives.crypto, roster, action, core.person, this.parts.log.place.n);
  }

  private answer(
    kind: "decline" | "withdrawal",
    { actionHash }: ProposalRecord,
    now: number,
  ): Result<OutgoingMessage, Rejection> {
    return sayInRoom(this.parts, { kind, ref: null, body: actionHash }, now);
  }
}
