import type { RoomStatus, TimelineAlarm, WayBack } from "@conclave/client";
import type { RoomSummary } from "@conclave/client/rpc";
import { comingBackSentence } from "@conclave/words";
import { comingBack as sentences } from "@conclave/words/comingBack";
import type { JSX } from "preact";
import { go, route } from "../../app/route.js";
import { Banner } from "../../design/Banner.js";
import { Button } from "../../design/Button.js";
import { sayProblem } from "../../words/problem.js";
import { alarmSentence } from "./alarmWords.js";
import { words } from "../../words/words.js";
import { t } from "./words.js";

const tBack = words(sentences);

/**
 * What a person has to know before going on in this room: one short banner about the worst of what was seen, however much
 * there is; what it means and what to do stands in the panel behind it. Nothing is shown for an outage: that is no alarm.
 */
export function AlarmBanner({ room }: { readonly room: RoomSummary }): JSX.Element | null {
  const { paused } = room.status;
  if (paused?.why === "update_needed") {
    return (
      <Banner edge tone="warning" title={t.updateTitle} actions={<Reload />}>
        {sayProblem({ kind: "refused", rejection: { code: "update_needed", upgraded: paused.upgraded } })}
      </Banner>
    );
  }
  if (paused?.why === "relay") {
    return (
      <Banner edge tone="warning" title={t.noRoomTitle} link={{ text: t.newRoom, onClick: () => go({ at: "start" }) }}>
        {sayProblem({ kind: "relay", error: paused.error, retryAfter: 0 })}
      </Banner>
    );
  }
  if (paused?.why === "failed") {
    return (
      <Banner edge tone="danger" title={t.failedTitle} actions={<Reload />}>
        {t.failedText}
      </Banner>
    );
  }
  const { comingBack } = room.status;
  if (comingBack) return <ComingBackBanner back={comingBack} />;
  const alarm = worst(room.status);
  if (!alarm) return null;
  const others = room.status.alarms.filter(({ order }) => order !== alarm.order).length;
  const stops = paused !== null;
  const at = route.value;
  const isOpen = at.at === "room" && at.panel === "alarms";
  const look = () => go({ at: "room", key: room.key, panel: "alarms", item: null });
  return (
    <Banner
      edge
      tone={stops ? "danger" : "warning"}
      title={alarmSentence(alarm)}
      {...(isOpen ? {} : { link: { text: others > 0 ? t.lookAtAll({ count: others + 1 }) : t.look, onClick: look } })}
    >
      {stops && t.paused}
    </Banner>
  );
}

function ComingBackBanner({ back }: { readonly back: WayBack }): JSX.Element {
  const [what, now] = comingBackSentence(back, tBack);
  return (
    <Banner edge tone="warning" title={what}>
      {now}
    </Banner>
  );
}

function Reload(): JSX.Element {
  return (
    <Button size="small" onClick={() => location.reload()}>
      {t.reload}
    </Button>
  );
}

/** What stops sending comes first, then what can be proved, then the newest. */
function worst({ paused, alarms }: RoomStatus): TimelineAlarm | null {
  if (paused?.why === "alarm") return paused.alarm;
  if (paused?.why === "restored") return alarms.find(({ code }) => code === "RESTORED") ?? null;
  return alarms.find(({ proof }) => proof !== null) ?? alarms.at(-1) ?? null;
}
