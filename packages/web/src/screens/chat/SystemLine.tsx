import { CircleSlash, Gavel, ShieldAlert } from "lucide-preact";
import type { JSX } from "preact";
import { DecisionSentence } from "../room/DecisionSentence.js";
import { TimelineLine } from "./TimelineLine.js";
import { Name } from "./Name.js";
import { ProposalLine } from "./ProposalLine.js";
import type { ChatRow } from "./rows.js";
import { alarmSentence } from "../alarms/alarmWords.js";
import { reasons } from "./systemWords.js";

/** A line that nobody wrote: a decision of the roster, a proposal, an alarm of this device, or something that cannot be shown. */
export function SystemLine({ row }: { readonly row: Exclude<ChatRow, { kind: "message" }> }): JSX.Element {
  switch (row.kind) {
    case "decision":
      return (
        <TimelineLine kind="decision" icon={Gavel} time={row.decision.time}>
          <DecisionSentence of={row.decision} also={row.also} name={(of) => <Name of={of} />} />
        </TimelineLine>
      );
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
