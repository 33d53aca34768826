import type { Decision } from "@conclave/client";
import { CircleSlash, Gavel, ShieldAlert } from "lucide-preact";
import type { JSX } from "preact";
import { useContext } from "preact/hooks";
import { now } from "../../app/now.js";
import { lazy } from "../../frame/Lazy.js";
import { OpenRoom } from "../proposals/openRoom.js";
import { DecisionSentence } from "../room/DecisionSentence.js";
import { TimelineLine } from "./TimelineLine.js";
import { LinkOf } from "./LinkOf.js";
import { Name } from "./Name.js";
import { ProposalLine } from "./ProposalLine.js";
import type { ChatRow } from "./rows.js";
import { alarmSentence } from "../alarms/alarmWords.js";
import { reasons } from "./systemWords.js";
import style from "./SystemLine.module.css";

const UndoDecision = lazy(() => import("../room/UndoDecision.js").then((m) => m.UndoDecision));
const RemoveOffer = lazy(() => import("../people/RemoveOffer.js").then((m) => m.RemoveOffer));

/** A line that nobody wrote: a decision of the roster, a proposal, an alarm of this device, or something that cannot be shown. */
export function SystemLine({ row }: { readonly row: Exclude<ChatRow, { kind: "message" }> }): JSX.Element {
  switch (row.kind) {
    case "decision":
      return <DecisionLine row={row} />;
    case "alarm":
      return (
        <TimelineLine kind="alarm" icon={ShieldAlert} time={row.alarm.time}>
          {alarmSentence(row.alarm)}
          {row.alarm.person && (
            <>
              {" "}
              (<Name of={row.alarm.person} />)
            </>
          )}
          {row.alarm.count > 1 && ` (${row.alarm.count}×)`}
        </TimelineLine>
      );
    case "proposal":
      return <ProposalLine proposal={row.proposal} />;
    case "unreadable":
      return (
        <TimelineLine kind="unreadable" icon={CircleSlash} time={null}>
          {reasons[row.reason](row)}
        </TimelineLine>
      );
  }
}

function DecisionLine({ row }: { readonly row: Extract<ChatRow, { kind: "decision" }> }): JSX.Element {
  const detail = useContext(OpenRoom);
  const { decision, also, askedBy } = row;
  const { time, claim } = decision;
  return (
    <>
      <TimelineLine
        kind="decision"
        icon={Gavel}
        time={time}
        after={
          detail &&
          (isOurs(decision) ? (
            <UndoDecision detail={detail} decision={decision} />
          ) : (
            <LinkOf detail={detail} decision={decision} />
          ))
        }
      >
        <DecisionSentence of={decision} also={also} askedBy={askedBy} name={(of) => <Name of={of} />} />
      </TimelineLine>
      {detail && claim?.isAgain === true && (
        <div class={style["line"]}>
          <RemoveOffer detail={detail} claim={claim} />
        </div>
      )}
    </>
  );
}

/** For so long it is offered to take something back where it is told (ms). */
const UNDO_WITHIN_MS = 24 * 60 * 60_000;

/** Our person took part in it, not long ago, and it may have an opposite. */
function isOurs({ action, by, right, time }: Decision): boolean {
  const isUndone = action.type === "setRole" || action.type === "setTitle";
  const isYou = by.isYou || right.approvedBy.some((each) => each.isYou);
  return isUndone && isYou && now.peek() - time < UNDO_WITHIN_MS;
}
