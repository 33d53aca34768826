import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { Dialog } from "../design/Dialog.js";
import { Kbd } from "../design/Kbd.js";
import { Stack } from "../design/Layout.js";
import { Toggle } from "../design/Toggle.js";
import style from "./ShortcutHelp.module.css";
import { setShortcuts, shortcuts, shortcutsOn, useShortcut } from "./shortcuts.js";
import { t } from "./words.js";

const isOpen = signal(false);

/** Shows which keys work now. */
export function showShortcuts(): void {
  isOpen.value = true;
}

/** The help behind "?": once, in the frame. */
export function ShortcutHelp(): JSX.Element {
  useShortcut("?", t.helpKey, showShortcuts);
  return (
    <Dialog open={isOpen} onClose={() => (isOpen.value = false)} title={t.helpTitle}>
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
    </Dialog>
  );
}
