import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { Dialog } from "../design/Dialog.js";
import { lazy } from "./Lazy.js";
import { useShortcut } from "../app/shortcuts.js";
import { t } from "./words.js";

const isOpen = signal(false);

// Not part of the first screen: few ever ask.
const List = lazy(() => import("./ShortcutList.js").then((m) => m.ShortcutList));

/** Shows which keys work now. */
export function showShortcuts(): void {
  isOpen.value = true;
}

/** The help behind "?": once, in the frame. */
export function ShortcutHelp(): JSX.Element {
  useShortcut("?", t.helpKey, showShortcuts);
  return (
    <Dialog open={isOpen} onClose={() => (isOpen.value = false)} title={t.helpTitle}>
      <List />
    </Dialog>
  );
}
