import { explainedSentence, silenceSentences, type ToldAct } from "@conclave/words";
import { acts } from "@conclave/words/acts";
import { explained } from "@conclave/words/explained";
import { ruleMeaning } from "@conclave/words/ruleMeaning";
import type { ComponentChildren, JSX } from "preact";
import { listOf } from "../../words/say.js";
import { words } from "../../words/words.js";
import type { Meaning } from "./ruleMeaning.js";
import style from "./RuleMeaning.module.css";

const t = words(ruleMeaning);
const sections = { acts: words(acts), explained: words(explained), list: listOf };
/** What stands still when somebody never answers is told of these. */
const NEEDED = ["add", "invite", "remove", "setPolicy"] as const satisfies readonly ToldAct["act"][];

/** What rules mean: who lets people in, who removes them, who changes the rules, and what somebody who never answers stops. */
export function RuleMeaning({ of, withRoles }: { readonly of: Meaning; readonly withRoles?: boolean }): JSX.Element {
  const say = (act: ToldAct["act"]) => {
    const found = of.acts.find((each) => each.act === act);
    return found ? explainedSentence(found, of.everyone, sections) : null;
  };
  const add = say("add");
  const invite = say("invite");
  const isSame = add === invite;
  const needed = of.acts.filter(({ act }) => NEEDED.some((each) => each === act && !(isSame && act === "invite")));
  return (
    <dl class={style["lines"]}>
      <Line name={isSame ? t.addOrInvite : t.add} says={add} note={byInvite(of)} />
      {!isSame && <Line name={t.invite} says={invite} />}
      <Line name={t.remove} says={say("remove")} note={of.removals && sections.explained.removals(of.removals)} />
      {withRoles && <Line name={t.makeAdmin} says={say("makeAdmin")} />}
      <Line name={t.setPolicy} says={say("setPolicy")} />
      <Line name={t.silence} says={silenceSentences(needed, of.everyone, sections).join(" ")} />
    </dl>
  );
}

interface LineProps {
  readonly name: string;
  readonly says: ComponentChildren;
  readonly note?: string | null;
}

function Line({ name, says, note }: LineProps): JSX.Element {
  return (
    <div>
      <dt class={style["name"]}>{name}</dt>
      <dd>
        {says}
        {note && <p class={style["note"]}>{note}</p>}
      </dd>
    </div>
  );
}

function byInvite({ invites }: Meaning): string | null {
  const { byInvite: anybody, byPersonalInvite: named } = sections.explained;
  if (invites.some((each) => each !== "personal")) return anybody;
  return invites.includes("personal") ? named : null;
}
