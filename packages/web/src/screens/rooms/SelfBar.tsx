import { plainName } from "@conclave/client/pure";
import type { RoomKey } from "@conclave/client/rpc";
import { useSignal, useSignalEffect } from "@preact/signals";
import { Settings } from "lucide-preact";
import type { JSX } from "preact";
import { href, route } from "../../app/index.js";
import { classes, Face } from "../../design/index.js";
import { home, roomList, self } from "../../model/home.js";
import { listOf } from "../../words/index.js";
import { t } from "./words.js";
import style from "./SelfBar.module.css";

const LOOKED_AT = 4;

/** Who one is: the face, the names in the newest rooms, and the way to the settings. */
export function SelfBar(): JSX.Element | null {
  const names = useOwnNames();
  const me = self.value;
  if (!me) return null;
  const name = names.length > 0 ? listOf(names.map((each) => plainName(each))) : t.nameless;
  const isHere = route.value.at === "settings";
  return (
    <a
      class={classes(style["self"], isHere && style["here"])}
      href={href({ at: "settings", section: null })}
      aria-current={isHere ? "page" : undefined}
    >
      <Face person={me.person} size={40} />
      <span class={style["words"]}>
        <bdi class={style["name"]}>{name}</bdi>
        <span class={style["tag"]}>{t.settings}</span>
      </span>
      <Settings size={20} aria-hidden="true" />
    </a>
  );
}

/** How we are called, most used room first; read again when rooms come and go. */
function useOwnNames(): readonly string[] {
  const names = useSignal<readonly string[]>([]);
  const looked = useSignal("");
  useSignalEffect(() => {
    const member = roomList.value.filter(({ status }) => status.standing === "member").map(({ key }) => key);
    const some = member.slice(0, LOOKED_AT).sort();
    const which = some.join();
    if (which === looked.peek()) return;
    looked.value = which;
    void Promise.all(some.map(nameIn)).then(
      (found) => (names.value = [...new Set(found.filter((name) => name !== null))]),
      () => undefined,
    );
  });
  return names.value;
}

async function nameIn(key: RoomKey): Promise<string | null> {
  const detail = await home().home.detail(key);
  return detail?.members.find(({ isYou }) => isYou)?.name ?? null;
}
