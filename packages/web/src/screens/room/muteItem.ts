import type { RoomSummary } from "@conclave/client/rpc";
import { Bell, BellOff } from "lucide-preact";
import type { MenuItem } from "../../design/MenuPopup.js";
import { home } from "../../model/home.js";
import { t } from "./words.js";

/** Mutes the room on this device, or ends that: the same in the list's menu and in the room's. */
export function muteItem({ key, status }: RoomSummary): MenuItem {
  return {
    text: status.isMuted ? t.unmute : t.mute,
    icon: status.isMuted ? Bell : BellOff,
    onSelect: () => {
      // A lost call leaves it as it was, as one sees.
      void home()
        .room(key)
        .mute(!status.isMuted)
        .catch(() => undefined);
    },
  };
}
