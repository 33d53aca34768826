import type { RingForm, RingPart } from "../../design/RingFrame.js";
import type { Ring } from "../../model/ring.js";

/** From this many parts on nobody counts them: then one part is the share that has agreed. */
const MOST_PARTS = 8;

/** How the ring of a room is drawn; null where it has none. */
export function ringForm(ring: Ring): RingForm | null {
  switch (ring.is) {
    case "none":
      return null;
    case "confirmed":
      return "closed";
    case "unconfirmed":
      return "gap";
    case "joining":
      return "turning";
    case "alarm":
      return "alarm";
    case "away":
      return "dots";
    case "you":
    case "others":
      return partsOf(ring);
  }
}

// As long as it waits, one part at least is open: whatever the numbers say.
function partsOf({ is, have, need }: Extract<Ring, { is: "you" | "others" }>): readonly RingPart[] {
  const count = Math.min(Math.max(need, 2), MOST_PARTS);
  const share = need > MOST_PARTS ? Math.floor((have / need) * count) : have;
  const yes = Math.min(Math.max(0, share), count - 1);
  return Array.from({ length: count }, (_, at) => (at < yes ? "yes" : at === yes && is === "you" ? "you" : "rest"));
}
