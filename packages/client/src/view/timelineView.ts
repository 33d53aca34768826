import type { HistoryItem } from "../session/historyItem.js";
import type { RoomState } from "../session/roomState.js";
import { alarmView } from "./alarmView.js";
import { decisionOf, messageView } from "./roomView.js";
import type { TimelineItem } from "./timeline.js";

/** A line of the history for a screen; null for one whose details are gone. */
export function timelineItem(state: RoomState, item: HistoryItem): TimelineItem | null {
  switch (item.kind) {
    case "message":
      return { kind: "message", message: messageView(state, item.message, "sent") };
    case "decision": {
      const logged = state.deeds.find(item.seq);
      return logged && { kind: "decision", decision: decisionOf(state, logged) };
    }
    case "alarm": {
      const logged = state.alarms.find(item.order);
      return logged && { kind: "alarm", alarm: alarmView(state, logged) };
    }
    case "unreadable":
      return item;
  }
}
