import { X } from "lucide-preact";
import type { ComponentChildren, JSX } from "preact";
import { useId, useRef } from "preact/hooks";
import { IconButton } from "./IconButton.js";
import { read, type Live } from "./live.js";
import { useModal } from "./modal.js";
import style from "./Sheet.module.css";
import { t } from "./words.js";

export interface SheetProps {
  readonly open: Live<boolean>;
  readonly onClose: () => void;
  readonly title: string;
  readonly children: ComponentChildren;
  /** Stays in sight below the scrolling part. */
  readonly footer?: ComponentChildren;
}

/** A longer task beside the page: from the bottom on a phone, from the end on a wide screen. Modal. */
export function Sheet(props: SheetProps): JSX.Element | null {
  return read(props.open) ? <OpenSheet {...props} /> : null;
}

function OpenSheet({ title, children, footer, onClose }: SheetProps): JSX.Element {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useModal(ref, onClose, true);
  return (
    <dialog ref={ref} class={style["sheet"]} aria-labelledby={id}>
      <div class={style["head"]}>
        <h2 id={id} class={style["title"]}>
          {title}
        </h2>
        <IconButton label={t.close} icon={X} onClick={onClose} tip="none" />
      </div>
      <div class={style["body"]}>{children}</div>
      {footer && <div class={style["footer"]}>{footer}</div>}
    </dialog>
  );
}
