import type { JSX } from "preact";
import { Kbd } from "../design/Kbd.js";
import { Stack } from "../design/Layout.js";
import { Toggle } from "../design/Toggle.js";
import style from "./ShortcutList.module.css";
import { setShortcuts, shortcuts, shortcutsOn } from "../app/shortcuts.js";
import { t } from "./words.js";

/** Which keys work now, and whether they shall. */
export function ShortcutList(): JSX.Element {
  return (
    <Stack gap={4}>
      <dl class={style["list"]}>
        {shortcuts.value.map(({ keys, label }) => (
          <div key={`${keys} ${label}`} class={style["line"]}>
            <dt>{label}</dt>
            <dd>
              <Kbd keys={keys} />
            </dd>
          </div>
        ))}
      </dl>
      <Toggle label={t.shortcutsOn} hint={t.shortcutsHint} checked={shortcutsOn} onChange={setShortcuts} />
    </Stack>
  );
}
