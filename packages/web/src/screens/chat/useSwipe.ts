import { useRef, useState } from "preact/hooks";

/** A finger that moves this far sideways (px) swipes: before that it may scroll, or rest. */
const BEGINS_PX = 12;
/** From here on (px) lifting the finger counts. */
export const ENOUGH_PX = 56;
const MOST_PX = 84;

/** A swipe towards the end of a line, by a finger. `moved`: how far the line follows it (px), always to the right of zero. */
export function useSwipe(onSwipe: (() => void) | null) {
  const from = useRef<{ readonly x: number; readonly y: number } | null>(null);
  const far = useRef(0);
  const [moved, follow] = useState(0);
  const move = (px: number) => {
    far.current = px;
    follow(px);
  };
  const end = () => {
    from.current = null;
    if (far.current !== 0) move(0);
  };
  return {
    moved,
    onPointerDown({ pointerType, clientX: x, clientY: y }: PointerEvent) {
      from.current = pointerType === "touch" && onSwipe ? { x, y } : null;
    },
    onPointerMove({ clientX, clientY, currentTarget, pointerId }: PointerEvent) {
      if (!from.current) return;
      const line = currentTarget as HTMLElement;
      const sign = getComputedStyle(line).direction === "rtl" ? -1 : 1;
      const along = (clientX - from.current.x) * sign;
      if (far.current === 0 && Math.abs(clientY - from.current.y) > BEGINS_PX) from.current = null;
      else if (far.current > 0 || along > BEGINS_PX) {
        line.setPointerCapture(pointerId);
        move(Math.max(1, Math.min(along - BEGINS_PX, MOST_PX)));
      }
    },
    onPointerUp() {
      const isFar = far.current >= ENOUGH_PX;
      end();
      if (isFar) onSwipe?.();
    },
    onPointerCancel: end,
  };
}
