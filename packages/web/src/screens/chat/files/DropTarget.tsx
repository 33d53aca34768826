import { Paperclip } from "lucide-preact";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../words.js";
import type { Attachments } from "./attachments.js";
import style from "./DropTarget.module.css";

/** While something hovers, browsers say so every 350 ms or more often; not all of them say that it went away. */
const GONE_AFTER_MS = 1000;

/** Takes files that are dropped on the window, and says so while they hover. */
export function DropTarget({ attachments }: { readonly attachments: Attachments }): JSX.Element | null {
  const [isOver, hover] = useState(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const isFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") === true;
    const over = (event: DragEvent) => {
      if (!isFiles(event)) return;
      // Else the browser would open the file in the place of the page.
      event.preventDefault();
      hover(true);
      clearTimeout(timer);
      timer = setTimeout(() => hover(false), GONE_AFTER_MS);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) hover(false);
    };
    const drop = (event: DragEvent) => {
      if (!isFiles(event)) return;
      event.preventDefault();
      hover(false);
      attachments.take(event.dataTransfer);
    };
    addEventListener("dragover", over);
    addEventListener("dragleave", leave);
    addEventListener("drop", drop);
    return () => {
      clearTimeout(timer);
      removeEventListener("dragover", over);
      removeEventListener("dragleave", leave);
      removeEventListener("drop", drop);
    };
  }, [attachments]);
  if (!isOver) return null;
  return (
    <div class={style["target"]} aria-hidden="true">
      <Paperclip size={28} />
      {t.dropHere}
    </div>
  );
}
