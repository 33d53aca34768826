import { Copy, Forward, Trash2, X } from "lucide-preact";
import type { JSX } from "preact";
import { useShortcut } from "../../app/shortcuts.js";
import { IconButton } from "../../design/IconButton.js";
import { useChat } from "./chatContext.js";
import { canForward } from "./forwarding.js";
import style from "./SelectionBar.module.css";
import { t } from "./selectionWords.js";
import { askToForget, copyMessages } from "./tidying.js";

/** In the place of the field while messages are selected: how many, and what can be done with all of them. */
export function SelectionBar(): JSX.Element {
  const { key, selection, forward } = useChat();
  const chosen = selection.chosen.value ?? [];
  const isNone = chosen.length === 0;
  useShortcut("escape", t.stop, () => selection.stop());
  return (
    <div class={style["bar"]} role="toolbar" aria-label={t.tools}>
      <IconButton label={t.stop} icon={X} tip="above" onClick={() => selection.stop()} />
      <span class={style["count"]} role="status">
        {t.selected({ count: chosen.length })}
      </span>
      <IconButton
        label={t.copy}
        icon={Copy}
        tip="above"
        disabled={isNone}
        onClick={() => void copyMessages(chosen).then(() => selection.stop())}
      />
      <IconButton
        label={t.forward}
        icon={Forward}
        tip="above"
        disabled={!chosen.some(canForward)}
        onClick={() => forward(chosen)}
      />
      <IconButton
        label={t.forget}
        icon={Trash2}
        tip="above"
        disabled={isNone}
        onClick={() => void askToForget(key, chosen).then((isGone) => isGone && selection.stop())}
      />
    </div>
  );
}
