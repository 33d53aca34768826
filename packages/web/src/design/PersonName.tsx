import { BadgeCheck } from "lucide-preact";
import type { JSX } from "preact";
import { plainName } from "@conclave/client/pure";
import { classes } from "./live.js";
import style from "./PersonName.module.css";
import { t } from "./words.js";

export interface PersonNameProps {
  /** What they call themselves: anything at all. */
  readonly name: string;
  /** Two words of their fingerprint. */
  readonly tag: string;
  /** Somebody else's name looks the same: the tag is shown. */
  readonly isLookalike?: boolean;
  readonly isYou?: boolean;
  /** The person of this browser compared their words. */
  readonly isChecked?: boolean;
  /** Show the tag in any case (where a person is being judged: requests, removal). */
  readonly withTag?: boolean;
}

/**
 * A person's name, the one way it is shown.
 *
 * RULE: web.person-name: a name is isolated, so that it cannot turn the line it stands in, and look-alikes carry the words of
 * their fingerprint (attacks A77, A78).
 */
export function PersonName({ name, tag, isLookalike, isYou, isChecked, withTag }: PersonNameProps): JSX.Element {
  return (
    <span class={style["person"]}>
      <bdi class={style["name"]}>{plainName(name)}</bdi>
      {isYou && <span class={style["you"]}>({t.you})</span>}
      {isChecked && <BadgeCheck class={style["checked"]} size={15} aria-label={t.checked} role="img" />}
      {(isLookalike === true || withTag === true) && (
        <span class={classes(style["tag"], isLookalike && style["alike"])}>{tag}</span>
      )}
    </span>
  );
}
