import { ArrowRight } from "lucide-preact";
import type { JSX } from "preact";
import { classes } from "../../design/live.js";
import type { ChangeRow } from "./changeRows.js";
import style from "./proposals.module.css";
import { t } from "./words.js";

/** What would be other, before and after: nobody says yes to what they cannot read. */
export function Changes({ rows }: { readonly rows: readonly ChangeRow[] }): JSX.Element | null {
  if (rows.length === 0) return null;
  return (
    <dl class={style["changes"]} aria-label={t.changes}>
      {rows.map(({ what, before, after, isGrave }) => (
        <div key={what} class={style["change"]}>
          <dt class={style["what"]}>
            <bdi>{what}</bdi>
          </dt>
          <dd class={style["values"]}>
            {before !== null && (
              <>
                <span class="visually-hidden">{t.from} </span>
                <bdi class={style["before"]}>{before}</bdi>
                <ArrowRight size={14} aria-hidden="true" />
                <span class="visually-hidden">{t.to} </span>
              </>
            )}
            <bdi class={classes(style["after"], isGrave && style["grave"])}>{after}</bdi>
          </dd>
        </div>
      ))}
    </dl>
  );
}
