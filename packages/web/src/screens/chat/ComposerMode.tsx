import { X } from "lucide-preact";
import type { JSX } from "preact";
import { IconButton } from "../../design/IconButton.js";
import { Sentence } from "../room/Sentence.js";
import type { Composition } from "./composition.js";
import style from "./Composer.module.css";
import { textOf } from "./messageText.js";
import { Name } from "./Name.js";
import { t } from "./words.js";

/** What is being answered or changed, above the field; nothing for a new message. */
export function ComposerMode({ composition }: { readonly composition: Composition }): JSX.Element | null {
  const mode = composition.mode.value;
  if (mode.kind === "new") return null;
  return (
    <div class={style["mode"]}>
      <div class={style["what"]}>
        {mode.kind === "edit" ? (
          <strong>{t.editing}</strong>
        ) : (
          <strong>
            <Sentence of={t.replyingTo} person={<Name of={mode.to.author} plain />} />
          </strong>
        )}
        <bdi class={style["quoted"]}>{textOf(mode.kind === "edit" ? mode.of : mode.to).slice(0, 200)}</bdi>
      </div>
      <IconButton
        label={mode.kind === "edit" ? t.stopEdit : t.stopReply}
        icon={X}
        size="small"
        tip="none"
        onClick={() => composition.stop()}
      />
    </div>
  );
}
