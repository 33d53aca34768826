import { useEffect, useMemo, useRef } from "preact/hooks";

const LASTS_MS = 800;

/** Tells whether a person is scrolling an element just now (null: not there yet): by wheel, finger, keys, or the bar. */
export function useHand(element: HTMLElement | null): { isMoving(): boolean } {
  const last = useRef(Number.NEGATIVE_INFINITY);
  const isHeld = useRef(false);
  useEffect(() => {
    const move = () => {
      last.current = performance.now();
    };
    const hold = () => {
      isHeld.current = true;
    };
    const release = () => {
      if (isHeld.current) move();
      isHeld.current = false;
    };
    const events = ["wheel", "touchmove", "keydown"] as const;
    for (const name of events) element?.addEventListener(name, move, { passive: true });
    element?.addEventListener("pointerdown", hold);
    addEventListener("pointerup", release);
    addEventListener("pointercancel", release);
    return () => {
      for (const name of events) element?.removeEventListener(name, move);
      element?.removeEventListener("pointerdown", hold);
      removeEventListener("pointerup", release);
      removeEventListener("pointercancel", release);
    };
  }, [element]);
  return useMemo(() => ({ isMoving: () => isHeld.current || performance.now() - last.current < LASTS_MS }), []);
}
