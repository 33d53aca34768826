import type { Decision, NamedPerson } from "@conclave/client";
import { plainName } from "@conclave/client/pure";
import type { ComponentChildren, JSX } from "preact";
import { Disclosure, Facts, PersonName } from "../../design/index.js";
import { fullTime } from "../../words/when.js";
import { DecisionSentence } from "../room/DecisionSentence.js";
import { Sentence } from "../room/Sentence.js";
import style from "./decisions.module.css";
import { t } from "./words.js";

/** One decision: a sentence, and behind it who had the right to it. */
export function DecisionEntry({ decision }: { readonly decision: Decision }): JSX.Element {
  const { seq, by, time, right, revokedInvites } = decision;
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
  if (revokedInvites.length > 0) facts.push({ name: t.revoked, value: t.revokedCount(revokedInvites.length) });
  return (
    <div class={style["entry"]}>
      <Disclosure
        title={
          <span class={style["sentence"]}>
            <DecisionSentence
              of={decision}
              name={(of) => <PersonName name={of.name} tag={of.tag} isYou={of.isYou} />}
            />
          </span>
        }
      >
        <p class={style["number"]}>{t.number(seq)}</p>
        <Facts facts={facts} />
      </Disclosure>
    </div>
  );
}

function Person({ of }: { readonly of: NamedPerson }): JSX.Element {
  return <PersonName name={of.name} tag={of.tag} isYou={of.isYou} isChecked={of.checked !== null} withTag />;
}

function RightOf({ right }: { readonly right: Decision["right"] }): JSX.Element {
  const { role, invite, isFarewell } = right;
  if (isFarewell) return <>{t.farewell}</>;
  if (!invite) return <>{t[role ?? "member"]}</>;
  return (
    <Sentence
      text={invite.label === null ? t.inviteOf : t.invite}
      label={<bdi>{plainName(invite.label ?? "")}</bdi>}
      by={<bdi>{plainName(invite.by.name)}</bdi>}
    />
  );
}
