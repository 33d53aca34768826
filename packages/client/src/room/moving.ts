import { done, equalBytes, failed, type Result } from "@conclave/codec";
import type { Action, Append, Rejection, RelayIdentity, Room } from "@conclave/protocol";
import type { DecisionProgress } from "../api/invitation.js";
import type { Problem } from "../api/problem.js";
import type { MoveOptions } from "../api/roomSession.js";
import { problemOf } from "../joining/readInvite.js";
import { hindering } from "../work/hindrance.js";
import { GONE } from "../relay/answer.js";
import { makeDecision, silenced } from "./deciding.js";
import type { RoomEngine } from "./roomEngine.js";

const UNTIL_REACHED_MS = 20_000;
const UNTIL_MOVED_MS = 60_000;

/** Moves the room to another relay. */
export async function moveRoom(
  engine: RoomEngine,
  { relay, permit = new Uint8Array(0), isOldGone = false }: MoveOptions,
): Promise<Result<DecisionProgress, Problem>> {
  const { state, connection } = engine;
  const stopped = silenced(state) ?? hindering(state) ?? (isOldGone ? null : engine.sync.hindrance);
  const { room } = state;
  if (stopped || !room) return failed(stopped ?? { kind: "not_member" });
  const next = connection.find(relay);
  if (!next) return failed({ kind: "malformed", what: "relay" });
  const isHere = connection.isAt(relay);
  if (isHere && !isOldGone) return alreadyThere();
  const publicKey = isHere ? new Uint8Array(32) : room.roster.relay.publicKey;
  const outlook = room.outlook(room.moving.to({ publicKey, address: next.url }), state.now());
  if (outlook.can === "no") return failed({ kind: "refused", rejection: outlook.why });
  // RULE: move.ready-first: nobody is asked to follow to a relay that does not answer, or does not take the room.
  const offered = await next.use(UNTIL_REACHED_MS, async ({ relayKey }) => {
    // The same relay, at another address: it has the room.
    if (equalBytes(relayKey, room.roster.relay.publicKey)) return isHere ? alreadyThere() : done(relayKey);
    // It may have the room by now, from this device, which did not hear so.
    const pending = isOldGone && state.isPendingAlone ? pendingMove(room) : null;
    if (pending?.address === next.url && equalBytes(pending.publicKey, relayKey)) return done(relayKey);
    const answer = await next.request<"offerRoom">({ type: "offerRoom", roomTag: room.tag, permit });
    return answer.type === "done" ? done(relayKey) : failed(problemOf(answer));
  });
  if (!offered) return failed({ kind: "unreachable" });
  if (!offered.ok) return offered;
  const kept = await state.transact((tx) => {
    tx.put(state.keys.permit + next.url, permit);
  });
  if (!kept.ok) return kept;
  const action = room.moving.to({ publicKey: offered.value, address: next.url });
  // RULE: move.alone-when-gone: who gives the commit to the new relay alone leaves behind all who read on at the old one, so it is done
  // only while nobody can.
  if (isOldGone && (await isReadable(engine, room)))
    return failed({ kind: "refused", rejection: { code: "not_allowed", detail: "the relay answers" } });
  if (isOldGone) {
    await readMirrors(engine);
    state.isMovingAlone = true;
    try {
      return await moveAlone(engine, action, permit);
    } finally {
      state.isMovingAlone = false;
      engine.plan();
    }
  }
  const decided = await makeDecision(engine, action);
  if (!decided.ok) return decided;
  await engine.settleMove(UNTIL_MOVED_MS);
  // RULE: move.told: what is there may have the right head, and be nobody's to write in: then newcomers' history cannot be brought.
  const { relocation, moveRefusal } = state;
  return relocation?.isBrought === false && moveRefusal !== null ? failed(moveRefusal) : decided;
}

/**
 * Whether members can go on at the room's own relay: it answers, and does not say that it has no such room, nor shows less for good than
 * we have read, nor was given the room by somebody else.
 */
async function isReadable({ state, connection }: RoomEngine, room: Room): Promise<boolean> {
  const { tag: roomTag, cursor, roster } = room;
  const { relocation, moveRefusal, alarms } = state;
  const isDenied = moveRefusal?.kind === "relay" && moveRefusal.error === "room_exists";
  if (relocation?.isThere === false && isDenied) return false;
  // An accident is waited for, for an hour: then it is told as one that shows less.
  const isLess = alarms.entries.some(({ alarm }) => alarm.code === "ROLLBACK");
  const relay = connection.find(connection.url);
  const answered = await relay?.use(UNTIL_REACHED_MS, async ({ relayKey }) => {
    // Another relay in its place: nothing that it signs is believed.
    if (!equalBytes(relayKey, roster.relay.publicKey)) return false;
    const answer = await relay.request<"read">({ type: "read", roomTag, fromN: cursor.n + 1, limit: 0 });
    if (isLess && answer.type === "page" && answer.n < cursor.n) return false;
    return answer.type !== "error" || !GONE.has(answer.error);
  });
  return answered === true;
}

/**
 * Looks whether the room is at this relay now, as somebody says, where its own relay is gone or takes nothing: the record right behind
 * what we have read has to be an owner's commit that moves it.
 */
export async function followRoom(engine: RoomEngine, address: string): Promise<Result<void, Problem>> {
  const { state, connection } = engine;
  const stopped = silenced(state) ?? hindering(state);
  const { room } = state;
  if (stopped || !room) return failed(stopped ?? { kind: "not_member" });
  const next = connection.find(address);
  if (!next) return failed({ kind: "malformed", what: "relay" });
  const isHere = connection.isAt(address);
  const read = { type: "read", roomTag: room.tag, fromN: room.cursor.n + 1, limit: 1 } as const;
  const answer = await next.use(UNTIL_REACHED_MS, async ({ relayKey }) => {
    const isOwn = isHere && equalBytes(relayKey, room.roster.relay.publicKey);
    return isOwn ? ({ type: "own" } as const) : await next.request<"read">(read);
  });
  if (!answer) return failed({ kind: "unreachable" });
  if (answer.type === "own") return alreadyThere();
  if (answer.type !== "page") return failed(problemOf(answer));
  const [item] = answer.items;
  // One of the two has read more of the old relay's log than the other.
  if (!item || item.pruned || item.n !== read.fromN) return failed({ kind: "behind" });
  const judged = room.moving.judge(item);
  if (!judged.ok) return failed({ kind: "refused", rejection: judged.error });
  const taken = await engine.sync.takeMove(item);
  if (!taken.ok) return taken;
  // What was judged and could not be used is no move: nobody is told that they are there.
  if (!taken.value) return failed(hindering(state) ?? { kind: "behind" });
  await engine.settleMove(UNTIL_MOVED_MS);
  return done(undefined);
}

/**
 * RULE: move.reads-first: who has read more of the old log than the one who moves the room cannot follow, so what a mirror has of it is
 * read before (attack A90). One that takes its time is not waited for.
 */
async function readMirrors({ mirrorReader, waiting }: RoomEngine): Promise<void> {
  let isRead = false;
  void mirrorReader.readNow().then(() => {
    isRead = true;
    waiting.look();
  });
  await waiting.until(() => isRead, UNTIL_REACHED_MS);
}

function alreadyThere(): Result<never, Problem> {
  return failed({ kind: "refused", rejection: { code: "already_so", detail: "relay" } });
}

/** The relay to which a commit that waits to be sent moves the room. */
function pendingMove({ pending }: Room): RelayIdentity | null {
  return pending?.action?.type === "setRelay" ? pending.action.relay : null;
}

/** Moves the room though its relay is gone or takes nothing: the commit is given to the new relay alone, and others follow when told. */
async function moveAlone(
  engine: RoomEngine,
  action: Extract<Action, { readonly type: "setRelay" }>,
  permit: Uint8Array,
): Promise<Result<DecisionProgress, Problem>> {
  const { state, connection } = engine;
  const next = connection.find(action.relay.address);
  const built = await state.transact((tx): Result<Append, Rejection> => {
    const room = state.room!;
    const { pending } = room;
    const before = pendingMove(room);
    const isSame = before?.address === action.relay.address && equalBytes(before.publicKey, action.relay.publicKey);
    if (pending && isSame) return done(pending.append);
    if (state.isPendingAlone) state.apply(tx, room.discardPending());
    // There is nothing more to read at a relay that is gone.
    room.caughtUp();
    const made = room.act(action, { now: state.clock.timeOf(state.now()) });
    if (!made.ok) return made;
    state.apply(tx, made.value.delta);
    state.keepAlone(tx, made.value.append.appendId);
    return done(made.value.append);
  });
  if (!built.ok) return built;
  if (!built.value.ok) return failed({ kind: "refused", rejection: built.value.error });
  const { roomTag, epoch, payload, attachment, nextWriteKey } = built.value.value;
  const { n, head } = state.room!.cursor;
  const adopt = { roomTag, n, head, epoch, payload, attachment, nextWriteKey: nextWriteKey!, permit };
  const answer = await next!.use(UNTIL_REACHED_MS, () => next!.request<"adoptRoom">({ type: "adoptRoom", ...adopt }));
  if (answer?.type !== "created") return failed(answer ? problemOf(answer) : { kind: "unreachable" });
  const followed = await followRoom(engine, action.relay.address);
  return followed.ok ? done({ done: true, seq: state.room!.roster.seq }) : followed;
}
