import type { Decision } from "@conclave/client";
import type { RoomDetail, RoomKey } from "@conclave/client/rpc";
import { useSignal } from "@preact/signals";
import { Download, Gavel, ShieldCheck } from "lucide-preact";
import type { JSX } from "preact";
import { go } from "../../app/route.js";
import { EmptyState, IconButton, PaneBody, PaneHeader, Skeleton, Tabs } from "../../design/index.js";
import { useDecisions, useRoomDetail } from "../../model/roomPanels.js";
import { dayHeading } from "../../words/when.js";
import { now } from "../../app/now.js";
import { RemoveOffer } from "../people/RemoveOffer.js";
import { DecisionEntry } from "./DecisionEntry.js";
import style from "./decisions.module.css";
import { saveDecisions } from "./saveDecisions.js";
import { t } from "./words.js";

type Filter = "all" | "people" | "rules";
const ABOUT_PEOPLE: readonly Decision["action"]["type"][] = [
  "charter",
  "add",
  "remove",
  "leave",
  "setRole",
  "transferOwnership",
  "addDevice",
  "removeDevice",
  "return",
  "reseat",
];

/** Every decision since the founding, newest first: who, whom, when, and by what right. */
export function DecisionsPanel({ roomKey }: { readonly roomKey: RoomKey }): JSX.Element {
  const decisions = useDecisions(roomKey).value;
  const detail = useRoomDetail(roomKey).value;
  const filter = useSignal<Filter>("all");
  const shown = (decisions ?? []).filter(({ action }) => isShown(action.type, filter.value)).toReversed();
  return (
    <>
      <PaneHeader
        title={t.title}
        subtitle={decisions ? t.subtitle({ count: decisions.length }) : ""}
        actions={
          decisions && <IconButton label={t.export} icon={Download} onClick={() => saveDecisions(roomKey, decisions)} />
        }
        onClose={() => go({ at: "room", key: roomKey, panel: null, item: null })}
      />
      <PaneBody>
        <p class={style["checked"]}>
          <ShieldCheck size={17} aria-hidden="true" />
          {t.lead}
        </p>
        <Tabs
          label={t.filter}
          value={filter}
          tabs={[
            { id: "all", text: t.all },
            { id: "people", text: t.people },
            { id: "rules", text: t.rules },
          ]}
        >
          {decisions === null ? (
            <Skeleton rows={6} />
          ) : shown.length === 0 ? (
            <EmptyState icon={Gavel} title={t.none} />
          ) : (
            <Entries shown={shown} detail={detail} />
          )}
        </Tabs>
      </PaneBody>
    </>
  );
}

interface EntriesProps {
  readonly shown: readonly Decision[];
  readonly detail: RoomDetail | null;
}

function Entries({ shown, detail }: EntriesProps): JSX.Element {
  const day = (decision: Decision | undefined) => decision && dayHeading(decision.time, now.value);
  return (
    <ol class={style["list"]} role="list">
      {shown.map((decision, index) => (
        <li key={decision.seq}>
          {day(decision) !== day(shown[index - 1]) && <h3 class={style["day"]}>{day(decision)}</h3>}
          <DecisionEntry decision={decision} />
          {detail && decision.claim && <RemoveOffer detail={detail} claim={decision.claim} />}
        </li>
      ))}
    </ol>
  );
}

function isShown(type: Decision["action"]["type"], filter: Filter): boolean {
  return filter === "all" || ABOUT_PEOPLE.includes(type) === (filter === "people");
}
