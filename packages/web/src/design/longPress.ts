import { useEffect, useRef } from "preact/hooks";

const LONG_PRESS_MS = 450;
/** A finger that rests still moves a little. */
const STEADY_PX = 10;

/** Where on the screen a finger rests. */
export interface PressPlace {
  readonly x: number;
  readonly y: number;
}

/**
 * Handlers for an element on which a finger may rest: `onPress` is called then. Moving away (scrolling) or lifting the finger
 * ends it.
 */
export function useLongPress(onPress: (at: PressPlace, element: HTMLElement) => void) {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const from = useRef<PressPlace>({ x: 0, y: 0 });
  const stop = () => clearTimeout(timer.current);
  useEffect(() => stop, []);
  return {
    onPointerDown({ pointerType, clientX, clientY, currentTarget }: PointerEvent) {
      if (pointerType !== "touch") return;
      const at = { x: clientX, y: clientY };
      from.current = at;
      stop();
      timer.current = setTimeout(() => onPress(at, currentTarget as HTMLElement), LONG_PRESS_MS);
    },
    onPointerMove({ clientX, clientY }: PointerEvent) {
      if (Math.hypot(clientX - from.current.x, clientY - from.current.y) > STEADY_PX) stop();
    },
    onPointerUp: stop,
    onPointerCancel: stop,
  };
}
