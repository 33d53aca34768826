import { useRef } from "preact/hooks";
import { useLongPress } from "./longPress.js";
import type { MenuPopupProps } from "./MenuPopup.js";

/** The click that a lifted finger makes comes within this time. */
const LIFTED_MS = 700;

/**
 * What opens the menu of a line that leads somewhere: a right click, the menu key (at the line itself), and a finger that
 * rests. The click that comes when the finger lifts does not follow the link.
 */
export function useHeldMenu(open: (at: MenuPopupProps["at"]) => void) {
  /** When the finger that opened the menu was last seen; null after its click. */
  const held = useRef<number | null>(null);
  const isDown = useRef(false);
  const press = useLongPress((at) => {
    held.current = performance.now();
    open(at);
  });
  return {
    onContextMenu(event: MouseEvent) {
      event.preventDefault();
      // A finger on the screen: the long press opens it, or has.
      if (isDown.current) return;
      const isByKey = event.button !== 2;
      open(isByKey ? (event.currentTarget as HTMLElement) : { x: event.clientX, y: event.clientY });
    },
    onPointerDown(event: PointerEvent) {
      isDown.current = event.pointerType === "touch";
      press.onPointerDown(event);
    },
    onPointerMove(event: PointerEvent) {
      press.onPointerMove(event);
    },
    onPointerUp() {
      if (held.current !== null) held.current = performance.now();
      isDown.current = false;
      press.onPointerUp();
    },
    onPointerCancel() {
      isDown.current = false;
      press.onPointerCancel();
    },
    onClickCapture(event: MouseEvent) {
      if (held.current === null || performance.now() - held.current > LIFTED_MS) return;
      held.current = null;
      // A choice in the menu is a choice.
      if ((event.target as HTMLElement).closest("[role=menu]")) return;
      event.preventDefault();
      event.stopPropagation();
    },
  };
}
