import { plainName } from "@conclave/client/pure";
import type { RoomInvite } from "@conclave/client";
import type { RoomDetail } from "@conclave/client/rpc";
import { equalBytes } from "@conclave/codec";
import type { ComponentChildren, JSX } from "preact";
import { Council, MOST_SEATS, peopleSeats, type CouncilSeat, withSeat } from "../../design/Council.js";
import { withPersonHue } from "../../design/hues.js";
import { Said } from "../../design/Said.js";
import { lazy } from "../../frame/Lazy.js";
import { rooms } from "../../model/home.js";
import { useRoomDetail } from "../../model/roomPanels.js";
import style from "./Beginning.module.css";
import { type People, useChat } from "./chatContext.js";
import type { ChatRow } from "./rows.js";
import { t } from "./words.js";

// Only who is alone in a room needs it.
const OwnLink = lazy(() => import("../invites/OwnLink.js").then((m) => m.OwnLink));

export interface BeginningProps {
  readonly rows: readonly ChatRow[];
  readonly mayInvite: boolean;
}

/** In place of messages where nobody has written yet: the circle of people, and what one may want to do first. */
export function Beginning({ rows, mayInvite }: BeginningProps): JSX.Element {
  const { key, people } = useChat();
  const detail = useRoomDetail(key).value;
  const { members } = people;
  const isBack = rows.some(isOwnReturn);
  if (members.length === 1 && !isBack) {
    return (
      <Circle seats={seatsOfOne(people)} title={t.alone} isLarge>
        {mayInvite && detail ? (
          <div class={style["link"]}>
            <OwnLink detail={detail} />
          </div>
        ) : (
          t.emptyText
        )}
      </Circle>
    );
  }
  const isNewcomer = members.some(({ isYou, joinedSeq }) => isYou && joinedSeq > 0);
  const welcome = isBack ? null : welcomeOf(people, detail);
  const title = isBack ? t.cameBack : isNewcomer ? t.joined : t.empty;
  return (
    <Circle seats={seatsOf(people)} title={title}>
      <p>{isBack ? t.cameBackText : isNewcomer ? t.joinedText : t.emptyText}</p>
      {welcome && (
        <div class={style["welcome"]} {...withPersonHue(welcome.createdBy.person)}>
          <Said
            person={welcome.createdBy.person}
            text={welcome.welcomeText}
            name={<bdi>{plainName(welcome.createdBy.name)}</bdi>}
            note={t.welcomeFrom}
          />
        </div>
      )}
    </Circle>
  );
}

/** The invite that you came by, where it says something. */
function welcomeOf({ you }: People, detail: RoomDetail | null): RoomInvite | null {
  const by = you?.admission && you.admission.how !== "founded" ? you.admission.inviteId : null;
  if (by === null) return null;
  return detail?.invitations.find(({ inviteId }) => equalBytes(inviteId, by)) ?? null;
}

interface CircleProps {
  readonly seats: readonly CouncilSeat[];
  readonly title: string;
  readonly isLarge?: boolean;
  readonly children: ComponentChildren;
}

function Circle({ seats, title, isLarge, children }: CircleProps): JSX.Element {
  const { key } = useChat();
  return (
    <div class={style["beginning"]}>
      <div class={style[isLarge ? "large" : "small"]}>
        <Council middle={{ name: plainName(rooms.value.get(key)?.title ?? ""), room: key }} seats={seats} />
      </div>
      <h2 class={style["title"]}>{title}</h2>
      <div class={style["text"]}>{children}</div>
    </div>
  );
}

/** You are nearest to the words; who let you in comes first. */
function seatsOf({ members, you }: People): readonly CouncilSeat[] {
  const by = you?.admission && you.admission.how !== "founded" ? you.admission.by : null;
  const others = members.filter(({ isYou }) => !isYou).map(({ person }) => person);
  const isFirst = (person: Uint8Array) => by !== null && equalBytes(person, by.person);
  const seats = peopleSeats(
    [...others.filter(isFirst), ...others.filter((person) => !isFirst(person))],
    MOST_SEATS - 1,
  );
  return you ? withSeat(seats, { is: "person", person: you.person }) : seats;
}

function seatsOfOne({ you }: People): readonly CouncilSeat[] {
  return Array.from({ length: MOST_SEATS }, (_, at): CouncilSeat =>
    at === 0 && you ? { is: "person", person: you.person } : { is: "empty" },
  );
}

/** By the recovery words: what was here before is not in this browser. */
function isOwnReturn(row: ChatRow): boolean {
  return row.kind === "decision" && row.decision.action.type === "return" && row.decision.by.isYou;
}
