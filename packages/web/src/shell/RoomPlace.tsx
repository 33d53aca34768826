import type { RoomKey, RoomSummary } from "@conclave/client/rpc";
import { effect } from "@preact/signals";
import { DoorClosed } from "lucide-preact";
import type { JSX } from "preact";
import { isRoomExpected } from "../app/expectRoom.js";
import { go } from "../app/route.js";
import { lazy } from "../frame/Lazy.js";
import { Button, EmptyState } from "../design/index.js";
import { rooms, self } from "../model/home.js";
import { t } from "../screens/rooms/words.js";
import style from "../screens/rooms/RoomsPane.module.css";

// The largest screen of all: a newcomer reads the first one without it.
const loadChat = () => import("../screens/chat/ChatScreen.js").then((m) => m.ChatScreen);
const ChatScreen = lazy(loadChat);
const RoomDoor = lazy(() => import("../screens/join/RoomDoor.js").then((m) => m.RoomDoor));

effect(() => {
  // What could not be fetched is fetched again when the room is opened.
  if (isRoomExpected.value) void loadChat().catch(() => undefined);
});

/** Whether one is, or was, in the room: there is something to see. */
export function isInside({ status: { standing } }: RoomSummary): boolean {
  return standing === "member" || standing === "restored" || standing === "removed" || standing === "left";
}

/** A room: its conversation, or how one stands before its door. */
export function RoomPlace({ roomKey }: { readonly roomKey: RoomKey }): JSX.Element | null {
  const room = rooms.value.get(roomKey);
  if (room) return isInside(room) ? <ChatScreen roomKey={roomKey} /> : <RoomDoor room={room} />;
  // An old address, or one of another device. While the home is being read nobody knows.
  return self.value === null ? null : (
    <div class={style["nothing"]}>
      <EmptyState
        icon={DoorClosed}
        title={t.notHere}
        actions={<Button onClick={() => go({ at: "rooms" }, { replace: true })}>{t.toRooms}</Button>}
      >
        {t.notHereText}
      </EmptyState>
    </div>
  );
}
