import type { TextChange } from "./formatting.js";

/** Changes the text of a field, so that the browser can undo it: setting its value would make it forget all before. */
export function changeText(area: HTMLTextAreaElement, { from, to, insert, start, end }: TextChange): void {
  area.focus();
  area.setSelectionRange(from, to);
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- nothing else keeps what can be undone
  const isDone = document.execCommand(insert === "" ? "delete" : "insertText", false, insert);
  if (!isDone && from !== to + insert.length) {
    area.setRangeText(insert, from, to);
    area.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }
  area.setSelectionRange(start, end);
}
