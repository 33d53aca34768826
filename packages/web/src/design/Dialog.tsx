import { X } from "lucide-preact";
import type { ComponentChildren, JSX } from "preact";
import { useId, useRef } from "preact/hooks";
import { IconButton } from "./IconButton.js";
import { classes, readLive, type Live } from "./live.js";
import { useModal } from "./modal.js";
import style from "./Dialog.module.css";
import { t } from "./words.js";

export interface DialogProps {
  readonly open: Live<boolean>;
  /** The person wants it gone: by Escape, a click beside it, or the cross. */
  readonly onClose: () => void;
  readonly title: string;
  readonly children: ComponentChildren;
  /** Buttons at the end; the main one last. */
  readonly actions?: ComponentChildren;
  readonly size?: "small" | "medium" | "large";
}

/** A question or a short task in front of everything else. On a phone it rises from the bottom. */
export function Dialog(props: DialogProps): JSX.Element | null {
  return readLive(props.open) ? <OpenDialog {...props} /> : null;
}

function OpenDialog(props: DialogProps): JSX.Element {
  const { title, children, actions, size = "medium", onClose } = props;
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useModal(ref, onClose);
  return (
    <dialog ref={ref} class={classes(style["dialog"], style[size])} aria-labelledby={id}>
      <div class={style["head"]}>
        <h2 id={id} class={style["title"]}>
          {title}
        </h2>
        <IconButton label={t.close} icon={X} onClick={onClose} tip="none" />
      </div>
      <div class={style["body"]}>{children}</div>
      {actions && <div class={style["actions"]}>{actions}</div>}
    </dialog>
  );
}
