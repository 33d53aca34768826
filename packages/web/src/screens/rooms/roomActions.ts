import { isGone } from "@conclave/client/pure";
import type { ListChange } from "@conclave/client";
import type { RoomKey, RoomSummary } from "@conclave/client/rpc";
import {
  Archive,
  ArchiveRestore,
  CheckCheck,
  CircleDot,
  LogOut,
  Pin,
  PinOff,
  SlidersHorizontal,
  Trash2,
  UsersRound,
} from "lucide-preact";
import { go, type Panel, route } from "../../app/index.js";
import type { MenuItem } from "../../design/index.js";
import { toast } from "../../design/Toast.js";
import { isArchived } from "../../model/archive.js";
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
  const { isPinned, isUnread } = status.listMarks;
  const isNew = status.unread > 0 || isUnread;
  return [
    {
      text: isPinned ? t.unpin : t.pin,
      icon: isPinned ? PinOff : Pin,
      onSelect: () => void arrange(key, { isPinned: !isPinned }),
    },
    muteItem(room),
    isNew
      ? { text: t.markRead, icon: CheckCheck, onSelect: () => void lostAsSeen(home().room(key).markRead(status.n)) }
      : { text: t.markUnread, icon: CircleDot, onSelect: () => markUnread(key) },
    archiveItem(room),
    { text: t.people, icon: UsersRound, onSelect: () => show(key, "people") },
    { text: t.rules, icon: SlidersHorizontal, onSelect: () => show(key, "room") },
    "line",
    { text: t.leave, icon: LogOut, danger: true, onSelect: () => void leave(room) },
  ];
}

/** Puts a room away, or takes it back. */
function archiveItem(room: RoomSummary): MenuItem {
  const { key, status } = room;
  if (isArchived(room)) {
    return { text: t.unarchive, icon: ArchiveRestore, onSelect: () => void arrange(key, { isArchived: false }) };
  }
  const archive = async () => {
    leaveBehind(key);
    await arrange(key, { isArchived: true });
    toast({
      text: status.isMuted ? t.putAwayMuted : t.putAway,
      action: { text: t.undo, run: () => void arrange(key, { isArchived: false }) },
    });
  };
  return { text: t.archive, icon: Archive, onSelect: () => void archive() };
}

// One who looks at it reads it: first one has to look elsewhere.
function markUnread(key: RoomKey): void {
  leaveBehind(key);
  void arrange(key, { isUnread: true });
}

function leaveBehind(key: RoomKey): void {
  const here = route.peek();
  if (here.at === "room" && here.key === key) go({ at: "rooms" });
}

function arrange(key: RoomKey, change: ListChange): Promise<void> {
  return lostAsSeen(home().room(key).arrange(change));
}

// A lost call leaves it as it was, as one sees.
function lostAsSeen(call: Promise<void>): Promise<void> {
  return call.catch(() => undefined);
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
