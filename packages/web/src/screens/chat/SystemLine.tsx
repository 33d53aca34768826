import { CircleSlash, Gavel, ShieldAlert } from "lucide-preact";
import type { JSX } from "preact";
import { useContext } from "preact/hooks";
import { lazy } from "../../frame/Lazy.js";
import { OpenRoom } from "../proposals/openRoom.js";
import { DecisionSentence } from "../room/DecisionSentence.js";
import { TimelineLine } from "./TimelineLine.js";
import { Name } from "./Name.js";
import { ProposalLine } from "./ProposalLine.js";
import type { ChatRow } from "./rows.js";
import { alarmSentence } from "../alarms/alarmWords.js";
import { reasons } from "./systemWords.js";
import style from "./SystemLine.module.css";

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
  const { time, claim } = row.decision;
  return (
    <>
      <TimelineLine kind="decision" icon={Gavel} time={time}>
        <DecisionSentence of={row.decision} also={row.also} name={(of) => <Name of={of} />} />
      </TimelineLine>
      {detail && claim?.isAgain === true && (
        <div class={style["line"]}>
          <RemoveOffer detail={detail} claim={claim} />
        </div>
      )}
    </>
  );
}
