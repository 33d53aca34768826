import type { Problem, Standing } from "@conclave/client";
import type { RelayError } from "@conclave/client/pure";
import type { RoomSummary } from "@conclave/client/rpc";
import { DoorClosed, Footprints, Hourglass, Sparkles } from "lucide-preact";
import type { JSX } from "preact";
import { go } from "../../app/index.js";
import { Button, EmptyState, type Icon, PaneHeader, PersonName, Time } from "../../design/index.js";
import { plainName } from "@conclave/client/pure";
import { home } from "../../model/home.js";
import { sayProblem } from "../../words/index.js";
import { Sentence } from "../room/Sentence.js";
import { forgetRoom } from "../rooms/forgetRoom.js";
import { WaitingDoor } from "./WaitingDoor.js";
import { t } from "./words.js";
import style from "./RoomDoor.module.css";

/** What stands in the place of the conversation while one is not in the room. */
export function RoomDoor({ room }: { readonly room: RoomSummary }): JSX.Element {
  const title = plainName(room.title);
  const { standing } = room.status;
  return (
    <>
      <PaneHeader title={title} onBack={() => go({ at: "rooms" })} backOnPhone />
      <div class={style["scroll"]}>
        {standing === "asking" ? (
          <WaitingDoor room={room} title={title} />
        ) : standing === "lost" ? (
          <Lost room={room} title={title} />
        ) : (
          <EmptyState
            icon={ICONS[standing] ?? Hourglass}
            title={standing === "founding" ? t.foundingTitle : t.onWayTitle}
            actions={<Button onClick={() => void home().home.nudge()}>{t.again}</Button>}
          >
            {standing === "founding" ? t.foundingText : t.onWayText}
          </EmptyState>
        )}
      </div>
    </>
  );
}

const ICONS: Partial<Record<Standing, Icon>> = { founding: Sparkles, joining: Footprints };

/** The way in ended: somebody said no, or the link did. */
function Lost({ room, title }: { readonly room: RoomSummary; readonly title: string }): JSX.Element {
  const { ending } = room.status;
  const by = ending?.by;
  const isNo = by !== null && by !== undefined;
  return (
    <EmptyState
      icon={DoorClosed}
      title={isNo ? t.noTitle : t.lostTitle}
      actions={<Button onClick={() => void forgetRoom(room)}>{t.forget}</Button>}
    >
      {isNo ? (
        <p>
          <Sentence
            of={t.noLead}
            by={<PersonName name={by.name} tag={by.tag} isChecked={by.checked !== null} />}
            room={<bdi>{title}</bdi>}
            when={<Time time={ending?.time ?? 0} />}
          />
        </p>
      ) : (
        <p>{t.lostLead({ room: title })}</p>
      )}
      <p>{isNo ? t.noText : reasonOf(ending?.problem ?? null)}</p>
    </EmptyState>
  );
}

/** A link that is over is the usual end; anything else says its own sentence. */
function reasonOf(problem: Problem | null): string {
  if (problem === null || (problem.kind === "relay" && LINK_OVER.has(problem.error))) return t.lostText;
  return `${sayProblem(problem)} ${t.goneText}`;
}

const LINK_OVER: ReadonlySet<RelayError> = new Set<RelayError>(["slot_unknown", "slot_closed", "proof_invalid"]);
