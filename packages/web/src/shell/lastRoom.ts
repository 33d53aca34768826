import type { RoomKey } from "@conclave/client/rpc";
import { useEffect, useRef } from "preact/hooks";
import { roomList, rooms, self } from "../model/home.js";
import { recallText, remember } from "../app/preference.js";
import { go, route } from "../app/route.js";

const KEY = "conclave.last-room";
/** From this width on the rooms and one of them are side by side, as in `Frame.module.css`. */
const WIDE = "(width >= 45rem)";

/** Conclave was opened by its address alone: nobody asked for the list itself. */
const isPlain = typeof window !== "undefined" && ["", "#", "#/", "#/welcome"].includes(location.hash);

/** Opens the room where one left off, or the only one, when Conclave is opened and there is place for it beside the list. */
export function useLastRoom(): void {
  const here = route.value;
  const isFirst = useRef(true);
  const open = here.at === "room" ? here.key : null;
  useEffect(() => {
    if (open !== null) remember(KEY, open);
  }, [open]);
  const isReady = self.value !== null;
  useEffect(() => {
    if (!isReady || !isFirst.current) return;
    // The welcome is about to become the rooms.
    if (here.at === "welcome") return;
    isFirst.current = false;
    const key = isPlain && here.at === "rooms" && matchMedia(WIDE).matches ? whereOneLeft() : null;
    if (key !== null) go({ at: "room", key, panel: null, item: null }, { replace: true });
  }, [isReady, here.at]);
}

function whereOneLeft(): RoomKey | null {
  const last = recallText(KEY);
  if (rooms.peek().has(last)) return last;
  const [only, another] = roomList.peek();
  return only && !another ? only.key : null;
}
