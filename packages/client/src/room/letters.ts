import { done, failed, type Result } from "@conclave/codec";
import {
  type ActionHash,
  encodeAction,
  newMessageNonce,
  type PersonId,
  ProtocolKind,
  type Rejection,
} from "@conclave/protocol";
import type { ApprovalImported } from "../api/invitation.js";
import type { Problem } from "../api/problem.js";
import { queuedContent } from "../store/outbox.js";
import type { Transaction } from "../store/transaction.js";
import { named } from "../timeline/roomView.js";
import { keepAsked, takeBack } from "../work/receiving.js";
import { afterYes } from "./approving.js";
import { makeDecision, silenced } from "./deciding.js";
import type { RoomEngine } from "./roomEngine.js";

/**
 * Approves a proposal, and gives the approval as a letter. What it says is said in the room too, once the relay takes it: the
 * letter waits for nothing.
 */
export async function exportApproval(engine: RoomEngine, hash: ActionHash): Promise<Result<string, Problem>> {
  const { state, sender } = engine;
  const stopped = silenced(state);
  if (stopped) return failed(stopped);
  const { crypto, random } = state.ports;
  const say = (tx: Transaction, kind: string, body: Uint8Array) => {
    const content = { nonce: newMessageNonce(random), kind, ref: null, body };
    sender.add(tx, queuedContent(crypto, state.person, content), state.now());
  };
  const written = await state.transact((tx): Result<string, Rejection | null> => {
    const { room } = state;
    if (!room) return failed(null);
    const letter = room.proposals.writeLetter(hash);
    if (!letter.ok) return letter;
    const { text, approval, asked, displaced, delta } = letter.value;
    state.apply(tx, delta);
    for (const each of displaced) takeBack(state, tx, each, { n: room.cursor.n, ending: "displaced" });
    if (asked) say(tx, ProtocolKind.proposal, encodeAction(asked));
    if (approval) say(tx, ProtocolKind.approval, approval);
    state.emit(tx, { type: "changed" });
    return done(text);
  });
  engine.plan();
  return written.ok ? toldOf(written.value) : written;
}

/** Whose approval it was, and of what. */
interface Taken {
  readonly by: PersonId;
  readonly actionHash: ActionHash;
}

/**
 * Takes in an approval that came as a letter. Where it was the last one that was needed, and our person has approved too, the
 * decision is carried out.
 */
export async function importApproval(engine: RoomEngine, text: string): Promise<Result<ApprovalImported, Problem>> {
  const { state } = engine;
  const stopped = silenced(state);
  if (stopped) return failed(stopped);
  const since = state.room?.roster.seq ?? 0;
  const taken = await state.transact(async (tx): Promise<Result<Taken, Rejection | null>> => {
    const { room, keys, ports } = state;
    if (!room) return failed(null);
    const record = room.proposals.keyRecordOfLetter(text);
    if (!record.ok) return record;
    const letter = room.proposals.takeLetter(text, (await ports.storage.get(keys.state + record.value)) ?? null);
    if (!letter.ok) return letter;
    const { by, actionHash, asked, displaced, delta } = letter.value;
    state.apply(tx, delta);
    const { n } = room.cursor;
    for (const each of displaced) takeBack(state, tx, each, { n, ending: "displaced" });
    if (asked) keepAsked(state, tx, { n, action: asked, actionHash, by, time: state.now(), ending: null });
    state.emit(tx, { type: "changed" });
    return done({ by, actionHash });
  });
  engine.plan();
  const told = taken.ok ? toldOf(taken.value) : taken;
  if (!told.ok) return told;
  const { by, actionHash } = told.value;
  const progress = await afterYes(state, actionHash, done(undefined), since, (action) =>
    makeDecision(engine, action, since),
  );
  return progress.ok ? done({ by: named(state, by), actionHash, progress: progress.value }) : progress;
}

function toldOf<T>(result: Result<T, Rejection | null>): Result<T, Problem> {
  if (result.ok) return result;
  return failed(result.error === null ? { kind: "not_member" } : { kind: "refused", rejection: result.error });
}
