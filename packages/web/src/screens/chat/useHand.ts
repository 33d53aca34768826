import type { RefObject } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";

const LASTS = 800;

/** Tells whether a person is scrolling an element just now: by wheel, finger, keys, or the bar. */
export function useHand(element: RefObject<HTMLElement | null>): { isMoving(): boolean } {
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
    const view = element.current;
    const events = ["wheel", "touchmove", "keydown"] as const;
    for (const name of events) view?.addEventListener(name, move, { passive: true });
    view?.addEventListener("pointerdown", hold);
    addEventListener("pointerup", release);
    addEventListener("pointercancel", release);
    return () => {
      for (const name of events) view?.removeEventListener(name, move);
      view?.removeEventListener("pointerdown", hold);
      removeEventListener("pointerup", release);
      removeEventListener("pointercancel", release);
    };
  }, [element.current]);
  return useMemo(() => ({ isMoving: () => isHeld.current || performance.now() - last.current < LASTS }), []);
}
