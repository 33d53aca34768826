import type { RoomKey, RoomSummary } from "@conclave/client/remote";
import { DoorClosed } from "lucide-preact";
import type { JSX } from "preact";
import { go } from "../../app/route.js";
import { lazy } from "../../app/Lazy.js";
import { Button, EmptyState } from "../../design/index.js";
import { rooms, self } from "../../model/home.js";
import { t } from "./words.js";
import style from "./RoomsPane.module.css";

// The largest screen of all: a newcomer reads the first one without it.
const loadChat = () => import("../chat/ChatScreen.js").then((m) => m.ChatScreen);
const ChatScreen = lazy(loadChat);
const RoomDoor = lazy(() => import("../join/RoomDoor.js").then((m) => m.RoomDoor));

/** Fetches the conversation's code: whoever has rooms will open one. */
export function expectRoom(): void {
  void loadChat().catch(() => undefined);
}

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
