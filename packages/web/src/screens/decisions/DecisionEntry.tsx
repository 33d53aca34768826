import type { Decision, NamedPerson } from "@conclave/client";
import { plainName } from "@conclave/client/pure";
import { ChevronRight } from "lucide-preact";
import type { ComponentChildren, JSX } from "preact";
import { Facts, PersonName } from "../../design/index.js";
import { clockTime, fullTime } from "../../words/when.js";
import { DecisionSentence } from "../room/DecisionSentence.js";
import { Sentence } from "../room/Sentence.js";
import style from "./decisions.module.css";
import { iconOf } from "./icons.js";
import { t } from "./words.js";

/** One decision: who did what, quietly when and by what right; behind it all that is known of it. */
export function DecisionEntry({ decision }: { readonly decision: Decision }): JSX.Element {
  const { seq, action, by, time, right, revokedInvites } = decision;
  const Shape = iconOf(action);
  const facts: { name: string; value: ComponentChildren }[] = [
    { name: t.by, value: <Person of={by} /> },
    { name: t.right, value: <RightOf right={right} /> },
  ];
  if (right.approvedBy.length > 0) {
    facts.push({
      name: t.agreed,
      value: right.approvedBy.map((each, index) => [index > 0 && ", ", <Person key={index} of={each} />]),
    });
  }
  facts.push({ name: t.when, value: fullTime(time) });
  if (revokedInvites.length > 0)
    facts.push({ name: t.revoked, value: t.revokedCount({ count: revokedInvites.length }) });
  const quiet = quietRight(right);
  return (
    <details class={style["entry"]}>
      <summary class={style["line"]}>
        <span class={style["icon"]}>
          <Shape size={17} aria-hidden="true" />
        </span>
        <span class={style["words"]}>
          <span class={style["sentence"]}>
            <DecisionSentence
              of={decision}
              brief
              name={(of) => <PersonName name={of.name} tag={of.tag} isYou={of.isYou} />}
            />
          </span>
          <span class={style["quiet"]}>
            <time>{clockTime(time)}</time>
            {quiet && <> · {quiet}</>}
          </span>
        </span>
        <ChevronRight class={style["arrow"]} size={16} aria-hidden="true" />
      </summary>
      <div class={style["facts"]}>
        <Facts facts={facts} />
        <p class={style["quiet"]}>{t.number({ seq })}</p>
      </div>
    </details>
  );
}

function Person({ of }: { readonly of: NamedPerson }): JSX.Element {
  return <PersonName name={of.name} tag={of.tag} isYou={of.isYou} isChecked={of.checked !== null} withTag />;
}

/** What the sentence does not say already. */
function quietRight({ role, invite }: Decision["right"]): ComponentChildren {
  return invite ? <OfInvite invite={invite} /> : role && t.as({ role });
}

function RightOf({ right: { role, invite, isFarewell } }: Pick<Decision, "right">): JSX.Element {
  if (isFarewell) return <>{t.farewell}</>;
  return invite ? <OfInvite invite={invite} /> : <>{t[role ?? "member"]}</>;
}

function OfInvite({ invite }: { readonly invite: NonNullable<Decision["right"]["invite"]> }): JSX.Element {
  if (!invite.by) return <>{t.anyInvite}</>;
  return (
    <Sentence
      of={invite.label === null ? t.inviteOf : t.invite}
      label={<bdi>{plainName(invite.label ?? "")}</bdi>}
      by={<bdi>{plainName(invite.by.name)}</bdi>}
    />
  );
}
