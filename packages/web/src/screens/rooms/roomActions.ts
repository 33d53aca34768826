import { isGone } from "@conclave/client/pure";
import type { RoomSummary } from "@conclave/client/rpc";
import { CheckCheck, LogOut, SlidersHorizontal, Trash2, UsersRound } from "lucide-preact";
import { go, type Panel } from "../../app/index.js";
import type { MenuItem } from "../../design/index.js";
import { home } from "../../model/home.js";
import { muteItem } from "../room/muteItem.js";
import { forgetRoom } from "./forgetRoom.js";
import { t } from "./words.js";

/** What can be done with a room from the list: in its menu (right click, long press, the menu key). */
export function roomActions(room: RoomSummary): readonly MenuItem[] {
  const { key, status } = room;
  if (isGone(status.standing)) {
    return [{ text: t.forget, icon: Trash2, danger: true, onSelect: () => void forgetRoom(room) }];
  }
  if (status.standing !== "member") return [{ text: t.open, onSelect: () => show(key, null) }];
  return [
    {
      text: t.markRead,
      icon: CheckCheck,
      disabled: status.unread === 0,
      onSelect: () => {
        // A lost call leaves it unread, as one sees.
        void home()
          .room(key)
          .markRead(status.n)
          .catch(() => undefined);
      },
    },
    muteItem(room),
    { text: t.people, icon: UsersRound, onSelect: () => show(key, "people") },
    { text: t.rules, icon: SlidersHorizontal, onSelect: () => show(key, "room") },
    "line",
    { text: t.leave, icon: LogOut, danger: true, onSelect: () => void leave(room) },
  ];
}

// Its words come when they are needed: the list is there before everything else.
async function leave(room: RoomSummary): Promise<void> {
  const found = await import("./leaveRoom.js").catch(() => null);
  if (found) await found.leaveRoom(room);
  else show(room.key, "room");
}

function show(key: string, panel: Panel | null): void {
  go({ at: "room", key, panel, item: null });
}
