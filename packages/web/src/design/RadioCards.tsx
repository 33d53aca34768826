import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";
import type { Icon } from "./Button.js";
import { classes, readLive, write, type Live } from "./live.js";
import style from "./RadioCards.module.css";

export interface RadioCard<T extends string> {
  readonly value: T;
  readonly title: string;
  /** One plain sentence. */
  readonly text?: ComponentChildren;
  readonly icon?: Icon;
  /** A drawing in the icon's place. */
  readonly picture?: ComponentChildren;
  /** A short note beside the title ("Recommended"). */
  readonly note?: string;
  readonly disabled?: boolean;
  /** Below the card while it is the chosen one: more about it, or what else it asks. */
  readonly more?: ComponentChildren;
}

export interface RadioCardsProps<T extends string> {
  /** The question. */
  readonly legend: string;
  readonly legendHidden?: boolean;
  /** A signal is written to by itself, unless `onChange` is given. */
  readonly value: Live<T | null>;
  readonly options: readonly RadioCard<T>[];
  readonly onChange?: (value: T) => void;
  /** All in one row (three or so, short titles without text). */
  readonly inRow?: boolean;
}

/** One of a few, each with a sentence that says what it means. */
export function RadioCards<T extends string>(props: RadioCardsProps<T>): JSX.Element {
  const name = useId();
  const chosen = readLive(props.value);
  return (
    <fieldset class={style["group"]}>
      <legend class={classes(style["legend"], props.legendHidden && "visually-hidden")}>{props.legend}</legend>
      <div class={classes(style["cards"], props.inRow && style["row"])}>
        {props.options.map(({ value, title, text, icon: Shape, picture, note, disabled, more }) => {
          const isOpen = chosen === value && more !== undefined;
          const card = (
            <label key={value} class={classes(style["card"], disabled && style["off"])}>
              <input
                class={style["input"]}
                type="radio"
                name={name}
                value={value}
                checked={chosen === value}
                disabled={disabled}
                aria-describedby={
                  classes(text !== undefined && `${name}-${value}`, isOpen && `${name}-more`) || undefined
                }
                onChange={() => write<T | null>(props.value, value, props.onChange as (value: T | null) => void)}
              />
              {picture}
              {Shape && (
                <span class={style["icon"]}>
                  <Shape size={20} aria-hidden="true" />
                </span>
              )}
              <span class={style["words"]}>
                <span class={style["title"]}>
                  {title}
                  {note && <span class={style["note"]}>{note}</span>}
                </span>
                {text && (
                  <span class={style["text"]} id={`${name}-${value}`}>
                    {text}
                  </span>
                )}
              </span>
              {!props.inRow && <span class={style["dot"]} aria-hidden="true" />}
            </label>
          );
          if (more === undefined) return card;
          // The same elements, chosen or not: a new input would lose the focus.
          return (
            <div key={value} class={classes(isOpen && style["open"])}>
              {card}
              {isOpen && (
                <div class={style["more"]} id={`${name}-more`}>
                  {more}
                </div>
              )}
            </div>
          );
        })}
      </div>
    </fieldset>
  );
}
