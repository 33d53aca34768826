import { toHex } from "@conclave/codec";
import { covers, newMessageNonce, ProtocolKind, type RoomEvent } from "@conclave/protocol";
import { queuedContent } from "../store/outbox.js";
import { FRESH_MS, MOST_ANSWERS, vouchersIn } from "../timeline/freshness.js";
import type { Decisions } from "./decisions.js";
import { type Chore, ElectedWorker } from "./electedWorker.js";
import { electionRank } from "./electionRank.js";
import type { MessageSender } from "./sender.js";
import type { Sync } from "./sync.js";
import type { RoomWork } from "./worker.js";

/** How long who is next waits for those before them (ms). */
const STEP_MS = 2000;
/** A device answers at most twice in this time, however often it is asked (ms). Who asks again soon is answered at once. */
const TWICE_IN_MS = 40_000;

/** How long new keys are left alone that came to nothing (ms). */
const IN_VAIN_MS = 3_600_000;

/** The newest question, and who has vouched since. */
interface Question {
  readonly n: number;
  /** The first of those that we did not have to answer, or did not come to: we wait our turn since then. */
  readonly first: number;
  readonly at: number;
  readonly answers: Set<string>;
}

/**
 * Answers who asks whether the list of members is as they see it, where our word counts (docs/protocol.md §8): in turn, until those
 * who answered suffice.
 *
 * RULE: freshness.bounded: at most eight answer a question, each of them twice in forty seconds: members who ask all the time cost
 * the room no more than that.
 */
export class ProbeAnswers extends ElectedWorker {
  private question: Question | null = null;
  /** When this device answered last, and the time before that. */
  private answeredAt = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY] as const;
  /** Until when no new keys are made. */
  private vainUntil = Number.NEGATIVE_INFINITY;

  constructor(
    work: RoomWork,
    sync: Sync,
    private readonly decisions: Decisions,
    private readonly sender: MessageSender,
  ) {
    super(work, sync);
  }

  heard(event: RoomEvent, n: number): void {
    const now = this.state.now();
    if (event.type === "message" && event.message.kind === ProtocolKind.probe) {
      // While this device was away somebody asked who does not wait any more. Of what comes now their clock does not matter.
      const isOld = !this.sync.isLive && Math.abs(now - event.message.time + this.state.clock.correction) > FRESH_MS;
      // RULE: freshness.every-turn: a question that follows another makes nobody wait again: someone who asks all the time silences nobody.
      const first = this.chore() === null ? n : (this.question?.first ?? n);
      if (!isOld && !event.message.late) this.question = { n, first, at: now, answers: new Set() };
    }
    if (event.type === "sign") {
      const { person, seen, isIdle } = event.sign;
      if (isIdle && this.question && seen !== null && seen >= this.question.n) this.question.answers.add(toHex(person));
    }
    // Whatever we say is an answer.
    if (event.type === "sent" && this.question && n > this.question.n)
      this.question.answers.add(toHex(this.state.person));
  }

  protected chore(): Chore | null {
    const { room, question } = this;
    if (!room || !question || this.state.now() - question.at > FRESH_MS) return null;
    const own = toHex(room.self.person);
    const vouchers = new Set(vouchersIn(room.roster).map((person) => toHex(person)));
    // RULE: message.idle: who has a commit on its way vouches for nothing, and answers when it is in the log (attack A120).
    if (!vouchers.has(own) || question.answers.has(own) || room.pending) return null;
    if (question.answers.size >= MOST_ANSWERS || covers(room.roster, question.answers, room.proposals.given()))
      return null;
    const wait = () => {
      const members = new Map([...room.roster.members].filter(([person]) => vouchers.has(person)));
      const rank = electionRank({ members }, room.self.leaf, question.first);
      // As many as it takes answer at once.
      const before = Math.max(0, rank - (this.state.freshness.needed ?? 0));
      return Math.max(STEP_MS * before, this.answeredAt[1] + TWICE_IN_MS - this.state.now());
    };
    const key = `probe ${String(question.first)}`;
    if (!room.hasWithdrawn) return { key, wait, job: () => this.answer(question) };
    if (this.state.now() < this.vainUntil) return null;
    return { key: `keys ${key}`, wait, job: () => this.makeKeys() };
  }

  /**
   * RULE: freshness.given-up-ends: a commit that was given up for good cannot come into the log any more once there are new keys. Who is
   * asked makes them, or their word would count for nothing until somebody decides something (attack A120).
   */
  private async makeKeys(): Promise<boolean> {
    const made = await this.decisions.decide({ type: "rekey" }, { mayPropose: false });
    if (!made.ok) this.vainUntil = this.state.now() + IN_VAIN_MS;
    return true;
  }

  private get room() {
    return this.state.room;
  }

  private async answer(question: Question): Promise<boolean> {
    const { ports, person } = this.state;
    this.answeredAt = [this.state.now(), this.answeredAt[0]];
    question.answers.add(toHex(person));
    const said = { kind: ProtocolKind.beat, ref: null, body: new Uint8Array(0), nonce: newMessageNonce(ports.random) };
    const kept = await this.state.transact((tx) => {
      this.sender.add(tx, queuedContent(ports.crypto, person, said), this.state.now());
    });
    return kept.ok;
  }
}
