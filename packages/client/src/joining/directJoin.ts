import {
  type DeviceIdentity,
  encodeAppend,
  joinRoom,
  type Joining,
  type Room,
  type RoomPreview,
} from "@conclave/protocol";
import type { RelayError } from "@conclave/wire";
import type { OwnJoin } from "../store/phase.js";
import type { RoomState } from "../work/roomState.js";
import type { Sync } from "../work/sync.js";
import type { Transaction } from "../store/transaction.js";
import { type Job, type RoomWork, Worker } from "../work/worker.js";
import type { Problem } from "../api/problem.js";
import { linkOnwards, previewSlot } from "./readInvite.js";
import { giveSlotProof } from "./slotProof.js";

const MOST_ATTEMPTS = 12;
/** Refusals that do not go away by waiting. */
const FINAL: ReadonlySet<RelayError> = new Set(["slot_unknown", "slot_closed", "proof_invalid", "too_large"]);

/** The relay's log is not the one that it showed before. */
const MISLED: ReadonlySet<string> = new Set(["FORK", "EQUIVOCATION", "ROLLBACK"]);

/**
 * Brings our join by a direct invite into the log (docs/protocol.md §7). Where somebody else's commit came first it
 * begins again with a fresh slot, a bounded number of times; the person has agreed to the room, not to one state of it.
 */
export class DirectJoin extends Worker {
  private sentOn = 0;

  constructor(
    work: RoomWork,
    private readonly device: DeviceIdentity,
    private readonly sync: Sync,
  ) {
    super(work);
  }

  protected next(): Job | null {
    const { room, phase } = this.state;
    if (!room || phase.is !== "joining" || !this.sync.isLive) return null;
    const { join } = phase;
    // Somebody else's commit admits us: it has to be in the log by now.
    if (!join) return () => this.fail({ kind: "refused", rejection: { code: "bad_admission" } });
    if (room.lastCommit !== join.append.lastCommit || isMisled(room)) return () => this.again(room, join);
    return this.sentOn === this.connection.number ? null : () => this.send(join);
  }

  private async send(join: OwnJoin): Promise<void> {
    this.sentOn = this.connection.number;
    const proof = giveSlotProof(this.state.ports, this.connection, join.link);
    const answer = await this.connection.append(encodeAppend(join.append));
    const proved = await proof;
    if (answer.type !== "error") return;
    if (answer.position) this.sync.reach(answer.position.n);
    if (answer.error === "stale_epoch") return;
    const { error, retryAfter } = proved.type === "error" ? proved : answer;
    if (FINAL.has(error)) return this.fail({ kind: "relay", error, retryAfter });
    this.sentOn = 0;
    this.retry.later(retryAfter);
  }

  /** Starts over, with what is in the slot now. */
  private async again(room: Room, join: OwnJoin): Promise<void> {
    if (join.attempts >= MOST_ATTEMPTS) return this.fail({ kind: "starved", losses: join.attempts });
    const preview = await previewSlot(this.state.ports, this.connection, join.link);
    if (!preview.ok) {
      const { error: problem } = preview;
      if (problem.kind === "unreachable") return;
      if (this.state.meetsNewer(problem)) return;
      if (problem.kind === "refused" && problem.rejection.code !== "bad_slot") return this.fail(problem);
      if (problem.kind === "relay" && FINAL.has(problem.error)) return this.fail(problem);
      this.retry.later();
      return;
    }
    const attempts = join.attempts + 1;
    const onwards = linkOnwards(this.connection, preview.value);
    if (onwards) {
      await this.state.transact((tx) => {
        this.state.moveTo(tx, onwards.relay, { is: "joining", join: { ...join, link: onwards, attempts } });
      });
      this.sync.restart();
      return;
    }
    // Where nothing but junk came after the slot, nobody has to refresh it: the join follows the junk.
    const after = room.joinPlace(preview.value.slot);
    if (after === null) {
      // Nobody has refreshed the slot yet: to join by it would be to lose again.
      await this.state.transact((tx) => {
        this.state.enter(tx, { is: "joining", join: { ...join, attempts } });
      });
      this.retry.later();
      return;
    }
    // The join before no longer counts, in the same epoch neither: it names the commit that it follows (`room.join-next`).
    const { device } = this;
    const joiner = {
      device,
      name: join.name,
      now: this.state.now(),
      isLast: join.isLast,
      after,
      ...(join.ssh && { ssh: join.ssh }),
    };
    const joining = joinRoom(this.state.ports, preview.value, joiner);
    if (!joining.ok) return this.fail({ kind: "refused", rejection: joining.error });
    await this.state.transact((tx) => {
      keepJoin(this.state, tx, preview.value, joining.value, { ...join, attempts });
    });
    this.sentOn = 0;
    this.sync.restart();
  }

  private async fail(problem: Problem): Promise<void> {
    await this.state.transact((tx) => {
      this.state.enter(tx, { is: "out", why: "lost", ending: { problem, by: null }, request: null });
    });
  }
}

/**
 * RULE: client.join-misled: who was shown another log while they came in would wait in it for their own join for ever. What they know
 * of the room is what a slot says, so they begin again with a fresh one, and come in when the relay is honest (attack A22).
 */
function isMisled({ pausingAlarms }: Room): boolean {
  return pausingAlarms.some(({ code }) => MISLED.has(code));
}

/** Keeps a join that is about to be sent, in place of an earlier one. */
export function keepJoin(
  state: RoomState,
  tx: Transaction,
  preview: RoomPreview,
  { room, append, delta, decision }: Joining,
  join: Omit<OwnJoin, "append">,
): void {
  tx.clear(state.keys.state);
  state.decisionLog.clear(tx);
  state.room = room;
  state.apply(tx, delta);
  for (const before of preview.decisions) state.decisionLog.add(tx, before, 0);
  state.decisionLog.add(tx, decision, 0);
  state.enter(tx, { is: "joining", join: { ...join, append } });
}
