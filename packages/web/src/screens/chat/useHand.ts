import { useEffect, useMemo, useRef } from "preact/hooks";

const LASTS_MS = 800;
const SCROLLING_KEYS: ReadonlySet<string> = new Set(["ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End", " "]);

/**
 * Tells whether a person is scrolling an element just now (null: not there yet): by wheel, finger, keys, the bar, or by
 * dragging a selection. A click, or a key that closes something in it, scrolls nothing.
 */
export function useHand(element: HTMLElement | null): { isMoving(): boolean } {
  const last = useRef(Number.NEGATIVE_INFINITY);
  const isHeld = useRef(false);
  const isDown = useRef(false);
  useEffect(() => {
    const ending = new AbortController();
    const move = () => {
      last.current = performance.now();
    };
    const press = ({ key }: KeyboardEvent) => {
      if (SCROLLING_KEYS.has(key)) move();
    };
    // What is pressed on the element itself, and on nothing in it, is its bar.
    const hold = ({ target }: PointerEvent) => {
      isDown.current = true;
      isHeld.current = target === element;
    };
    const drag = () => {
      isHeld.current = isDown.current;
    };
    const release = () => {
      if (isHeld.current) move();
      isDown.current = false;
      isHeld.current = false;
    };
    const options = { signal: ending.signal, passive: true };
    element?.addEventListener("wheel", move, options);
    element?.addEventListener("touchmove", move, options);
    element?.addEventListener("keydown", press, options);
    element?.addEventListener("pointerdown", hold, options);
    element?.addEventListener("pointermove", drag, options);
    addEventListener("pointerup", release, options);
    addEventListener("pointercancel", release, options);
    return () => ending.abort();
  }, [element]);
  return useMemo(() => ({ isMoving: () => isHeld.current || performance.now() - last.current < LASTS_MS }), []);
}
