import type { TimelineAlarm } from "@conclave/client";
import type { RoomSummary } from "@conclave/client/rpc";
import { askToConfirm } from "../../design/Confirm.js";
import { home } from "../../model/home.js";
import { t } from "./words.js";

/** Whether it is what sending waits for. */
export function stopsSending({ status: { paused } }: Pick<RoomSummary, "status">, { code }: TimelineAlarm): boolean {
  return paused?.why === "alarm" && paused.alarm.code === code;
}

/** The person has looked at an alarm. One that stops sending asks first, and then lets it go on. */
export async function goOn({ key, status }: RoomSummary, alarm: TimelineAlarm): Promise<void> {
  const room = home().room(key);
  if (stopsSending({ status }, alarm)) {
    if (!(await askToConfirm({ title: t.goOnTitle, body: t.goOnText, yes: t.goOnYes }))) return;
    await room.resume();
  }
  await room.acknowledge(alarm.order);
}
