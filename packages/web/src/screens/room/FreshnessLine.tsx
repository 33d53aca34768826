import type { RoomStatus } from "@conclave/client";
import { plainName } from "@conclave/client/pure";
import { spanOf } from "@conclave/words";
import {
  CircleDashed,
  CloudOff,
  type LucideIcon,
  RefreshCw,
  ShieldAlert,
  ShieldCheck,
  ShieldQuestion,
} from "lucide-preact";
import type { ComponentChildren, JSX } from "preact";
import { classes } from "../../design/live.js";
import { Time } from "../../design/Time.js";
import style from "./FreshnessLine.module.css";
import { language } from "../../words/language.js";
import { Sentence } from "./Sentence.js";
import { t } from "./words.js";

/**
 * One line on how far the list of people can be trusted just now. What matters most comes first: that we are out, that we
 * are offline, that there is an alarm, then who confirmed the members, and when. An outage is only an outage.
 */
export function FreshnessLine({ status }: { readonly status: RoomStatus }): JSX.Element {
  const { standing, connection, pending, freshness, isConfirmed, paused } = status;
  if (standing === "asking" || standing === "joining" || standing === "founding") {
    return <Line icon={CircleDashed}>{t[standing]}</Line>;
  }
  if (standing !== "member") return <Line icon={CloudOff}>{t.out}</Line>;
  if (connection === "offline") {
    if (status.mirror !== null) return <Line icon={CloudOff}>{t.mirrored}</Line>;
    return <Line icon={CloudOff}>{pending > 0 ? t.waitingToSend({ count: pending }) : t.offline}</Line>;
  }
  if (paused?.why === "alarm") {
    return (
      <Line icon={ShieldAlert} tone="doubt">
        {t.alarmed}
      </Line>
    );
  }
  if (connection === "connecting") return <Line icon={RefreshCw}>{t.connecting}</Line>;
  if (status.isRecovering) return <Line icon={RefreshCw}>{t.recovering}</Line>;
  if (connection === "catching up") return <Line icon={RefreshCw}>{t.catchingUp}</Line>;
  const { state, by, others, time, clock } = freshness;
  if (clock !== null) {
    const span = spanOf(language.value, Math.abs(clock.ahead));
    return (
      <Line icon={ShieldQuestion} tone="doubt">
        {clock.ahead > 0 ? t.clockAhead({ span }) : t.clockBehind({ span })}
      </Line>
    );
  }
  // Somebody has just come, or nobody with a say has spoken yet: that is how each room begins, and no reason for doubt.
  if (!isConfirmed) return <Line icon={ShieldQuestion}>{t.unconfirmed}</Line>;
  const isStale = state === "stale" || state === "expired";
  if (state === "unknown" || (!isStale && !by)) return <Line icon={ShieldCheck}>{t.unknown}</Line>;
  if (!by || time === null) {
    return (
      <Line icon={ShieldQuestion} tone="doubt">
        {t.staleNever}
      </Line>
    );
  }
  return (
    <Line
      icon={isStale ? ShieldQuestion : ShieldCheck}
      tone={isStale ? "doubt" : state === "fresh" ? "good" : undefined}
    >
      {!isStale && by.isYou ? (
        t.freshYou
      ) : !isStale && others > 0 ? (
        <Sentence of={t.freshMore} by={<bdi>{plainName(by.name)}</bdi>} count={others} />
      ) : (
        <Sentence of={isStale ? t.stale : t.fresh} by={<bdi>{plainName(by.name)}</bdi>} when={<Time time={time} />} />
      )}
    </Line>
  );
}

function Line(props: {
  readonly icon: LucideIcon;
  readonly tone?: "good" | "doubt" | undefined;
  readonly children: ComponentChildren;
}): JSX.Element {
  const { icon: Shape, tone, children } = props;
  return (
    <span class={classes(style["line"], tone && style[tone])}>
      <Shape size={14} aria-hidden="true" />
      <span class={style["text"]}>{children}</span>
    </span>
  );
}
