import type { TimelineAlarm } from "@conclave/client";
import type { RoomKey } from "@conclave/client/rpc";
import { useSignal, useSignalEffect } from "@preact/signals";
import { BadgeCheck, Download, ShieldCheck } from "lucide-preact";
import type { JSX } from "preact";
import { go } from "../../app/route.js";
import {
  Badge,
  Button,
  Card,
  EmptyState,
  Facts,
  Note,
  PaneBody,
  PaneHeader,
  PersonName,
  Row,
  Stack,
  Time,
} from "../../design/index.js";
import { toast } from "../../design/Toast.js";
import { home, rooms } from "../../model/home.js";
import { alarmSentence } from "./alarmWords.js";
import { sayProblem } from "../../words/problem.js";
import { goOn, stopsSending } from "./goOn.js";
import { saveProof } from "./saveProof.js";
import { adviceFor, meaningOf } from "./adviceWords.js";
import { t } from "./words.js";

const LOOKED_THROUGH = 2000;

/** All that this device ever saw in a room that does not hold, newest first, with what it means and the proof. */
export function AlarmsPanel({ roomKey }: { readonly roomKey: RoomKey }): JSX.Element {
  const alarms = useAlarms(roomKey);
  return (
    <>
      <PaneHeader title={t.title} onClose={() => go({ at: "room", key: roomKey, panel: null, item: null })} />
      <PaneBody>
        {alarms.length === 0 ? (
          <EmptyState icon={ShieldCheck} title={t.none}>
            {t.noneText}
          </EmptyState>
        ) : (
          <Stack>
            <NotedAll roomKey={roomKey} />
            {alarms.map((alarm) => (
              <AlarmCard key={alarm.order} roomKey={roomKey} alarm={alarm} />
            ))}
            <Button
              wide
              icon={BadgeCheck}
              onClick={() => go({ at: "room", key: roomKey, panel: "verify", item: null })}
            >
              {t.compare}
            </Button>
          </Stack>
        )}
      </PaneBody>
    </>
  );
}

/** Many small ones are put away at once; what stops sending is looked at by itself. */
function NotedAll({ roomKey }: { readonly roomKey: RoomKey }): JSX.Element | null {
  const room = rooms.value.get(roomKey);
  const small = openAlarms(roomKey).filter((alarm) => alarm.code !== "RESTORED" && room && !stopsSending(room, alarm));
  if (!room || small.length < 2) return null;
  const note = async () => {
    for (const alarm of small) await goOn(room, alarm);
  };
  return (
    <Button wide onClick={() => void note()}>
      {t.notedAll}
    </Button>
  );
}

function AlarmCard({ roomKey, alarm }: { readonly roomKey: RoomKey; readonly alarm: TimelineAlarm }): JSX.Element {
  const room = rooms.value.get(roomKey);
  const isOpen = openAlarms(roomKey).some(({ order }) => order === alarm.order);
  return (
    <Card>
      <Stack gap={3}>
        <div>
          <Badge tone={isOpen ? "danger" : "neutral"}>{isOpen ? t.isOpen : t.acknowledged}</Badge>
        </div>
        <h3>{alarmSentence(alarm)}</h3>
        <p>{meaningOf(alarm)}</p>
        <div>
          <h4>{t.toDo}</h4>
          <p>{adviceFor(alarm)}</p>
        </div>
        <Facts
          facts={[
            {
              name: t.seen,
              value: (
                <>
                  <Time time={alarm.time} />, {t.times({ count: alarm.count })}
                </>
              ),
            },
            ...(alarm.person ? [{ name: t.from, value: <PersonName {...alarm.person} /> }] : []),
          ]}
        />
        <Note>{alarm.proof === null ? t.notProvable : t.provable}</Note>
        <Row>
          {room && isOpen && alarm.code !== "RESTORED" && (
            <Button size="small" tone="primary" onClick={() => void goOn(room, alarm)}>
              {stopsSending(room, alarm) ? t.goOn : t.noted}
            </Button>
          )}
          {room?.status.standing === "restored" && alarm.code === "RESTORED" && <ComeBack roomKey={roomKey} />}
          <Button size="small" icon={Download} onClick={() => saveProof(alarm)}>
            {alarm.proof === null ? t.saveSeen : t.saveProof}
          </Button>
        </Row>
      </Stack>
    </Card>
  );
}

/** For a device that is a copy: back into the room by the words that this browser has, as a new device. */
function ComeBack({ roomKey }: { readonly roomKey: RoomKey }): JSX.Element {
  const isBusy = useSignal(false);
  const comeBack = async () => {
    const back = await home().home.comeBack(roomKey);
    if (!back.ok) {
      toast({ text: back.error.kind === "unknown" ? t.noWayBack : sayProblem(back.error), tone: "danger" });
      return;
    }
    for (const { order, code } of openAlarms(roomKey))
      if (code === "RESTORED") await home().room(roomKey).acknowledge(order);
    toast({ text: t.isBack, tone: "success" });
  };
  return (
    <Button
      size="small"
      tone="primary"
      busy={isBusy}
      onClick={() => {
        isBusy.value = true;
        void comeBack()
          .catch(() => undefined)
          .finally(() => (isBusy.value = false));
      }}
    >
      {t.comeBack}
    </Button>
  );
}

/** The room's alarms: those that are open by its status, those from before by its timeline. */
function useAlarms(key: RoomKey): readonly TimelineAlarm[] {
  const past = useSignal<readonly TimelineAlarm[]>([]);
  useSignalEffect(() => {
    // Another alarm is another summary of the room.
    openAlarms(key);
    let isOver = false;
    void readAlarms(key).then((found) => {
      if (!isOver) past.value = found;
    });
    return () => {
      isOver = true;
    };
  });
  const known = new Map(past.value.map((alarm) => [alarm.order, alarm]));
  for (const alarm of openAlarms(key)) known.set(alarm.order, alarm);
  return [...known.values()].sort((a, b) => b.order - a.order);
}

function openAlarms(key: RoomKey): readonly TimelineAlarm[] {
  return rooms.value.get(key)?.status.alarms ?? [];
}

async function readAlarms(key: RoomKey): Promise<TimelineAlarm[]> {
  const items = await home()
    .room(key)
    .timeline({ limit: LOOKED_THROUGH })
    .catch(() => []);
  return items.flatMap((item) => (item.kind === "alarm" ? [item.alarm] : []));
}
