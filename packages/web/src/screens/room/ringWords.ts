import type { Freshness, RoomStatus } from "@conclave/client";
import { plainName } from "@conclave/client/pure";
import { spanOf } from "@conclave/words";
import { ring as sentences } from "@conclave/words/ring";
import { now } from "../../app/now.js";
import type { Ring } from "../../model/ring.js";
import { language } from "../../words/language.js";
import { shortWhen } from "../../words/when.js";
import { words } from "../../words/words.js";

const t = words(sentences);

/** What a ring says, in one line that does not tick. Nothing where all is well. */
export function ringWords(ring: Ring, status: RoomStatus): string {
  switch (ring.is) {
    case "confirmed":
    case "none":
      return "";
    case "unconfirmed":
      return t.waiting;
    case "joining":
      return status.standing === "asking" ? t.asking : status.standing === "founding" ? t.founding : t.joining;
    case "alarm":
      return ring.isPaused ? t.alarmPaused : t.alarm;
    case "you":
      return ring.isKnock ? t.youKnock : t.you;
    case "others":
      return ring.isKnock ? t.othersKnock : t.others({ have: String(ring.have), need: String(ring.need) });
    case "away":
      return awayWords(ring.why, status);
  }
}

/** Who has confirmed the list of people. */
export function confirmedWords({ by, others }: Freshness): string {
  if (!by) return t.unconfirmed;
  if (by.isYou) return t.freshYou;
  const name = plainName(by.name);
  return others > 0 ? t.freshMore({ by: name, count: others }) : t.fresh({ by: name });
}

function awayWords(why: Extract<Ring, { is: "away" }>["why"], { pending, freshness }: RoomStatus): string {
  if (why === "offline" && pending > 0) return t.offlineWaiting({ count: pending });
  if (why === "clock" && freshness.clock !== null) {
    const span = spanOf(language.value, Math.abs(freshness.clock.ahead));
    return freshness.clock.ahead > 0 ? t.clockAhead({ span }) : t.clockBehind({ span });
  }
  if (why === "stale" && freshness.by !== null && freshness.time !== null) {
    return t.stale({ by: plainName(freshness.by.name), when: shortWhen(freshness.time, now.peek()) });
  }
  if (why === "stale" || why === "silent") return t.silent;
  return why === "clock" ? t.connecting : t[why];
}
