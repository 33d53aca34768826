import type { Decision, NamedPerson } from "@conclave/client";
import { CircleSlash, type LucideIcon, Scale, ShieldAlert } from "lucide-preact";
import type { ComponentChildren, JSX } from "preact";
import { classes } from "../../design/live.js";
import { plainName } from "@conclave/client/pure";
import { clockTime, fullTime } from "../../words/when.js";
import { decisions } from "../room/decisionWords.js";
import { Sentence } from "../room/Sentence.js";
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
          <DecisionSentence of={row.decision} />
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
      <span>{children}</span>
      {time !== null && (
        <time class={style["time"]} title={fullTime(time)}>
          {clockTime(time)}
        </time>
      )}
    </p>
  );
}

/** What was decided, as one sentence. */
export function DecisionSentence({ of }: { readonly of: Decision }): JSX.Element {
  const { action, by, person, right } = of;
  const parts: Record<string, ComponentChildren> = { by: <Name of={by} />, person: person && <Name of={person} /> };
  let text: string = decisions[action.type === "add" ? "admitted" : action.type];
  if (action.type === "add" && right.invite && isSame(by, person)) {
    text = right.invite.by.name === "" ? decisions.joinedOwn : decisions.joined;
    parts["host"] = <Name of={right.invite.by} />;
  } else if (action.type === "remove" && action.ban) text = decisions.ban;
  else if (action.type === "setRole") parts["role"] = decisions[action.role];
  else if (action.type === "setTitle") parts["title"] = <bdi>{plainName(action.title)}</bdi>;
  else if (action.type === "setRelay") parts["address"] = <bdi>{action.relay.address}</bdi>;
  const agreed = right.approvedBy.filter((each) => !isSame(each, by));
  return (
    <>
      <Sentence text={text} {...parts} />
      {agreed.length > 0 && (
        <>
          {", "}
          <Sentence
            text={decisions.agreed}
            people={agreed.map((each, index) => [index > 0 && ", ", <Name key={index} of={each} />])}
          />
        </>
      )}
    </>
  );
}

function isSame(a: NamedPerson, b: NamedPerson | null): boolean {
  return b !== null && a.person.join() === b.person.join();
}
