import type { RoomKey } from "@conclave/client/rpc";
import type { JSX } from "preact";
import { back, go } from "../../app/route.js";
import { PaneHeader } from "../../design/PaneHeader.js";
import { Search } from "./Search.js";
import style from "./SearchScreens.module.css";
import { t } from "./words.js";

/** Beside a conversation: search in it. */
export function SearchPanel({ roomKey }: { readonly roomKey: RoomKey }): JSX.Element {
  const close = () => go({ at: "room", key: roomKey, panel: null, item: null });
  return (
    <div class={style["pane"]}>
      <PaneHeader level={2} title={t.title} onClose={close} />
      <Search roomKey={roomKey} onEscape={close} />
    </div>
  );
}

/** In the place of a conversation: rooms and people to go to, and search in all rooms. Escape leads back. */
export function SearchScreen(): JSX.Element {
  return (
    <div class={style["pane"]}>
      <PaneHeader title={t.titleAll} onBack={() => back({ at: "rooms" })} backOnPhone />
      <Search roomKey={null} onEscape={() => back({ at: "rooms" })} />
    </div>
  );
}
