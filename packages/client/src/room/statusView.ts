import { equalBytes } from "@conclave/codec";
import { largestFile } from "@conclave/protocol";
import { standingOf } from "../store/phase.js";
import type { RoomEngine } from "./roomEngine.js";
import { alarmView } from "../timeline/alarmView.js";
import { admissionOf, proposalsFor } from "../timeline/requestView.js";
import { named } from "../timeline/roomView.js";
import { type Ending, type OpenDecision, type Pause, type RoomStatus, type WayBack } from "../api/status.js";

/** How a room stands. */
export function statusOf(engine: RoomEngine): RoomStatus {
  const { state, connection, sync, requests } = engine;
  const { room, phase, outbox, history, alarms, freshness, failure } = state;
  const offline = connection.isConnecting ? "connecting" : "offline";
  return {
    standing: standingOf(phase),
    isLeaving: state.leaving !== null,
    ending: endingView(engine),
    connection: failure === null && connection.welcome ? (sync.isLive ? "live" : "catching up") : offline,
    isRecovering: sync.isRecovering,
    mirror: engine.mirrorReader.reading,
    isConfirmed: room !== null && room.confirmed !== null,
    freshness: freshness.get(),
    epoch: room?.epoch ?? 0,
    seq: room?.roster.seq ?? 0,
    n: room?.cursor.n ?? 0,
    pending: outbox.visible.length,
    unread: state.leaving === null ? history.unread : 0,
    mentions: state.leaving === null ? history.mentions : 0,
    isMuted: state.isMuted,
    listMarks: state.listMarks,
    firstUnread: state.leaving === null ? history.firstUnread : null,
    requests: requests.known.length,
    asked: askedOf(engine),
    open: openOf(engine),
    paused: pauseOf(engine),
    comingBack: wayBackOf(engine),
    roomAhead: Math.max(0, (room?.roster.chainTime ?? 0) - state.now()),
    clockAhead: state.clock.doubt?.ahead ?? 0,
    providers: state.ports.crypto.providers?.() ?? null,
    fileLimit: connection.welcome && fileLimitOf(connection.welcome.limits.blob),
    alarms: alarms.entries.filter((entry) => !entry.acknowledged).map((entry) => alarmView(state, entry)),
  };
}

// Asked for at every change: the search is done once for each limit.
const limits = new Map<number, number>();

function fileLimitOf(blobBytes: number): number {
  const known = limits.get(blobBytes) ?? largestFile(blobBytes);
  if (limits.size < 16) limits.set(blobBytes, known);
  return known;
}

function askedOf({ state, requests }: RoomEngine): number {
  const { room } = state;
  if (room?.status !== "active") return 0;
  const proposals = room.proposals.list();
  // A request that somebody proposed to admit is answered there.
  const fresh = requests.known.filter((request) => {
    const action = admissionOf(state, request);
    return action !== null && proposalsFor(proposals, action).length === 0 && room.proposals.hasSay(action);
  });
  return proposals.filter(({ isAsked }) => isAsked).length + fresh.length;
}

function openOf({ state: { room } }: RoomEngine): OpenDecision | null {
  if (room?.status !== "active") return null;
  const possible = room.proposals.list().filter(({ refusal }) => refusal === null);
  const shown = possible.findLast(({ isAsked }) => isAsked) ?? possible.at(-1);
  if (!shown) return null;
  const have = shown.yes.length;
  // Nobody's yes may be enough by the rules of now: then it waits for more, however many have agreed.
  return { have, need: Number.isFinite(shown.need) ? Math.max(shown.need, have) : have + 1 };
}

function endingView({ state }: RoomEngine): Ending | null {
  const { phase } = state;
  if (phase.is !== "out") return null;
  if (phase.why === "lost") {
    const { problem, by } = phase.ending;
    const who = by && named(state, by.person, by.name);
    return { problem, by: who, time: by?.time ?? null, isBan: false };
  }
  const last = state.decisionLog.entries.findLast(
    ({ decision: { action, person } }) =>
      ["remove", "leave", "return", "reseat"].includes(action.type) &&
      person !== null &&
      equalBytes(person, state.person),
  );
  if (!last) return { problem: null, by: null, time: null, isBan: false };
  const { action, by, time } = last.decision;
  return { problem: null, by: named(state, by), time, isBan: action.type === "remove" && action.ban };
}

function wayBackOf({ state }: RoomEngine): WayBack | null {
  if (state.comingBack === null) return null;
  const { why, by, since, postedAt, told, seat } = state.comingBack;
  const isAlone = state.room?.roster.leaves.size === 1;
  const step = seat ? "entering" : isAlone ? "alone" : postedAt > 0 ? "asked" : "noticed";
  return { why, by: by && named(state, by), since, told: told && named(state, told), step };
}

function pauseOf({ state, sync }: RoomEngine): Pause | null {
  const { failure, phase, upgraded, room, alarms } = state;
  if (failure !== null) return { why: "failed", message: failure };
  if (phase.is === "restored") return { why: "restored" };
  if (upgraded !== null) return { why: "update_needed", upgraded };
  const code = room?.pausingAlarms[0]?.code ?? (sync.isDistrusted ? "BAD_RECEIPT" : null);
  const logged = code && alarms.entries.findLast(({ alarm }) => alarm.code === code);
  if (logged) return { why: "alarm", alarm: alarmView(state, logged) };
  return sync.problem?.kind === "relay" ? { why: "relay", error: sync.problem.error } : null;
}
