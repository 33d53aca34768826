import type { ComponentChildren, JSX } from "preact";
import style from "./Facts.module.css";

export interface FactsProps {
  readonly facts: readonly { readonly name: string; readonly value: ComponentChildren }[];
}

/** Names and values ("Admitted by · Alice"). */
export function Facts({ facts }: FactsProps): JSX.Element {
  return (
    <dl class={style["facts"]}>
      {facts.map(({ name, value }) => (
        <div key={name} class={style["fact"]}>
          <dt class={style["name"]}>{name}</dt>
          <dd class={style["value"]}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
