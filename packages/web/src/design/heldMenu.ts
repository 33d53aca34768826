import { useEffect, useRef } from "preact/hooks";
import type { MenuPopupProps } from "./MenuPopup.js";

const LONG_PRESS = 450;
/** A finger that rests still moves a little (px). */
const STEADY = 10;
/** The click that a lifted finger makes comes within this time (ms). */
const LIFTED = 700;

/**
 * What opens the menu of a line that leads somewhere: a right click, the menu key (at the line itself), and a finger that
 * rests. The click that comes when the finger lifts does not follow the link.
 */
export function useHeldMenu(open: (at: MenuPopupProps["at"]) => void) {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const from = useRef({ x: 0, y: 0 });
  const openedAt = useRef(0);
  const isDown = useRef(false);
  const stop = () => clearTimeout(timer.current);
  useEffect(() => stop, []);
  return {
    onContextMenu(event: MouseEvent) {
      event.preventDefault();
      // A finger on the screen: the press below opens it, or has.
      if (isDown.current) return;
      const isByKey = event.button !== 2;
      open(isByKey ? (event.currentTarget as HTMLElement) : { x: event.clientX, y: event.clientY });
    },
    onPointerDown(event: PointerEvent) {
      if (event.pointerType !== "touch") return;
      isDown.current = true;
      const at = { x: event.clientX, y: event.clientY };
      from.current = at;
      stop();
      timer.current = setTimeout(() => {
        openedAt.current = Date.now();
        open(at);
      }, LONG_PRESS);
    },
    onPointerMove({ clientX, clientY }: PointerEvent) {
      if (Math.hypot(clientX - from.current.x, clientY - from.current.y) > STEADY) stop();
    },
    onPointerUp() {
      if (openedAt.current > 0) openedAt.current = Date.now();
      isDown.current = false;
      stop();
    },
    onPointerCancel() {
      isDown.current = false;
      stop();
    },
    onClickCapture(event: MouseEvent) {
      if (Date.now() - openedAt.current > LIFTED) return;
      openedAt.current = 0;
      // A choice in the menu is a choice.
      if ((event.target as HTMLElement).closest("[role=menu]")) return;
      event.preventDefault();
      event.stopPropagation();
    },
  };
}
