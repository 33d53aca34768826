import { CircleSlash, type LucideIcon, Scale, ShieldAlert } from "lucide-preact";
import type { ComponentChildren, JSX } from "preact";
import { classes } from "../../design/live.js";
import { clockTime, fullTime } from "../../words/when.js";
import { DecisionSentence } from "../room/DecisionSentence.js";
import { Name } from "./Name.js";
import type { Row } from "./rows.js";
import style from "./SystemLine.module.css";
import { alarmSentences, reasons } from "./systemWords.js";

/**
 * A line that nobody wrote: a decision of the roster, an alarm of this device, or something that cannot be shown.
 *
 * RULE: web.system-line: the class `system` is given here alone, to what the checked log or this device says; a message has
 * other elements, whatever its text is (attack A79).
 */
export function SystemLine({ row }: { readonly row: Exclude<Row, { kind: "message" }> }): JSX.Element {
  switch (row.kind) {
    case "decision":
      return (
        <Line kind="decision" icon={Scale} time={row.decision.time}>
          <DecisionSentence of={row.decision} also={row.also} name={(of) => <Name of={of} />} />
        </Line>
      );
    case "alarm":
      return (
        <Line kind="alarm" icon={ShieldAlert} time={row.alarm.time}>
          {alarmSentences[row.alarm.code]}
          {row.alarm.person && (
            <>
              {" "}
              (<Name of={row.alarm.person} />)
            </>
          )}
          {row.alarm.count > 1 && ` (${row.alarm.count}×)`}
        </Line>
      );
    case "unreadable":
      return (
        <Line kind="unreadable" icon={CircleSlash} time={null}>
          {reasons[row.reason](row.count)}
        </Line>
      );
  }
}

interface LineProps {
  readonly kind: "decision" | "alarm" | "unreadable";
  readonly icon: LucideIcon;
  readonly time: number | null;
  readonly children: ComponentChildren;
}

function Line({ kind, icon: Shape, time, children }: LineProps): JSX.Element {
  return (
    <p class={classes("system", style["line"], style[kind])} data-system={kind}>
      <Shape class={style["icon"]} size={15} aria-hidden="true" />
      {children}
      {time !== null && (
        <time class={style["time"]} title={fullTime(time)}>
          {clockTime(time)}
        </time>
      )}
    </p>
  );
}
