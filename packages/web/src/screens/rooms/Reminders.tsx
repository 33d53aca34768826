import { isLastOwner, plainName } from "@conclave/client/pure";
import type { RoomKey } from "@conclave/client/rpc";
import { useSignal } from "@preact/signals";
import { Crown, KeyRound } from "lucide-preact";
import type { ComponentChildren, JSX } from "preact";
import { go, href, route } from "../../app/index.js";
import { recallText, remember } from "../../app/preference.js";
import { Button, type Icon } from "../../design/index.js";
import { roomList, rooms } from "../../model/home.js";
import { now } from "../../app/now.js";
import { useRoomDetail } from "../../model/roomPanels.js";
import { isReminderDue, remindLater } from "../recovery/reminder.js";
import { t } from "../recovery/reminderWords.js";
import style from "./Reminders.module.css";

const DISMISSED = "conclave.one-owner-is-enough";
/** From this many people on, a room with one owner is a risk worth a word. */
const ENOUGH = 3;

/** Quiet words at the end of the list about what could be lost. At most one at a time. */
export function Reminders(): JSX.Element | null {
  const here = route.value;
  const isIn = roomList.value.some(({ status }) => status.standing === "member");
  if (isIn && isReminderDue(now.value)) {
    return (
      <Reminder
        icon={KeyRound}
        title={t.remindTitle}
        text={t.remindText}
        yes={
          <Button size="small" tone="primary" href={href({ at: "sheet" })}>
            {t.remindShow}
          </Button>
        }
        no={t.remindLater}
        onNo={remindLater}
      />
    );
  }
  return here.at === "room" ? <OneOwner key={here.key} room={here.key} /> : null;
}

/** In a room that one owns alone. */
function OneOwner({ room }: { readonly room: RoomKey }): JSX.Element | null {
  const detail = useRoomDetail(room).value;
  const dismissed = useSignal(recallText(DISMISSED).split(" "));
  const title = rooms.value.get(room)?.title;
  if (!detail || title === undefined || dismissed.value.includes(room.slice(0, 16))) return null;
  if (detail.members.length < ENOUGH || !isLastOwner(detail.members, detail.isSealed)) return null;
  const dismiss = () => {
    dismissed.value = [...dismissed.value, room.slice(0, 16)].slice(-50);
    remember(DISMISSED, dismissed.value.join(" "));
  };
  const choose = () => go({ at: "room", key: room, panel: "people", item: null });
  return (
    <Reminder
      icon={Crown}
      title={t.ownerTitle({ room: plainName(title) })}
      text={t.ownerText}
      yes={
        <Button size="small" onClick={choose}>
          {t.ownerShow}
        </Button>
      }
      no={t.ownerLater}
      onNo={dismiss}
    />
  );
}

interface ReminderProps {
  readonly icon: Icon;
  readonly title: string;
  readonly text: string;
  readonly yes: ComponentChildren;
  readonly no: string;
  readonly onNo: () => void;
}

function Reminder({ icon: Shape, title, text, yes, no, onNo }: ReminderProps): JSX.Element {
  return (
    <section class={style["reminder"]} aria-label={title}>
      <Shape size={20} aria-hidden="true" />
      <div class={style["words"]}>
        <p class={style["title"]}>{title}</p>
        <p class={style["text"]}>{text}</p>
        <div class={style["actions"]}>
          {yes}
          <Button size="small" tone="quiet" onClick={onNo}>
            {no}
          </Button>
        </div>
      </div>
    </section>
  );
}
