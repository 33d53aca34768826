import { toHex } from "@conclave/codec";
import type { HistoryGap, HistoryItem } from "../store/historyItem.js";
import type { LoggedProposal } from "../store/proposalLog.js";
import type { RoomRecords } from "./roomSight.js";
import { alarmView } from "./alarmView.js";
import { subjectOf } from "./requestView.js";
import { decisionOf, named } from "./roomView.js";
import type { TimelineAlarm, TimelineItem, TimelineMessage } from "../api/timeline.js";
import type { Decision } from "../api/decision.js";

/** A line that nobody wrote; null for one whose details are gone. */
export function systemLine(
  state: RoomRecords,
  item: Exclude<HistoryItem, { readonly kind: "message" }>,
): TimelineItem | null {
  switch (item.kind) {
    case "decision": {
      const logged = state.decisionLog.find(item.seq);
      return logged && decisionLine(decisionOf(state, logged));
    }
    case "alarm": {
      const logged = state.alarms.find(item.order);
      return logged && alarmLine(alarmView(state, logged));
    }
    case "proposal":
      return proposalLine(state, item.proposal);
    case "unreadable":
      return gapLine(item);
  }
}

export function gapLine(gap: HistoryGap): TimelineItem {
  return { ...gap, key: `u${String(gap.n)}` };
}

export function messageLine(message: TimelineMessage): TimelineItem {
  return { kind: "message", key: `m${toHex(message.id)}`, n: message.n, message };
}

/** Whether it is a message of our own person. */
export function isOwnMessage(item: TimelineItem): boolean {
  return item.kind === "message" && item.message.author.isYou;
}

export function decisionLine(decision: Decision): TimelineItem {
  return { kind: "decision", key: `d${String(decision.seq)}`, n: decision.n, decision };
}

export function proposalLine(state: RoomRecords, proposal: LoggedProposal): TimelineItem {
  const { n, action, actionHash, by, time, ending } = proposal;
  const about = subjectOf(state, action);
  const view = { actionHash, action, by: named(state, by), person: about, time, ending };
  return { kind: "proposal", key: `p${String(n)}`, n, proposal: view };
}

export function alarmLine(alarm: TimelineAlarm): TimelineItem {
  return { kind: "alarm", key: `a${String(alarm.order)}`, n: alarm.n, alarm };
}
