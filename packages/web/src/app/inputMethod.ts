// What a browser says of a key that its input method takes, whatever the key is.
const TAKEN = 229;

/**
 * Whether a key was pressed for an input method (Japanese, Chinese, Korean …), which shows or confirms what one chose: no other
 * handler may take it. Safari ends the composition before it tells of the Enter that confirmed it, so that `isComposing` is
 * false by then; only the old `keyCode` still says it (UI Events, 7.3.1; WebKit bug 165004).
 */
export function isOfInputMethod(event: Pick<KeyboardEvent, "isComposing" | "keyCode">): boolean {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- nothing else tells it in Safari
  return event.isComposing || event.keyCode === TAKEN;
}
