import type { TimelineMessage } from "@conclave/client";
import type { JSX } from "preact";
import { plainName } from "@conclave/client/pure";
import { classes } from "../../design/live.js";
import { listOf } from "../../words/say.js";
import { useChat } from "./chatContext.js";
import style from "./Reactions.module.css";
import { t } from "./words.js";

const MOST_NAMED = 12;

/** The emoji at a message, each with how many; pressing one adds the own, or takes it back. */
export function Reactions({ message }: { readonly message: TimelineMessage }): JSX.Element | null {
  const { react, canWrite } = useChat();
  if (message.reactions.length === 0) return null;
  return (
    <div class={style["reactions"]}>
      {message.reactions.map(({ emoji, people, mine }) => {
        const names = people.slice(0, MOST_NAMED).map(({ name }) => plainName(name));
        if (people.length > MOST_NAMED) names.push("…");
        const label = t.reactedBy({ emoji, count: people.length > 1 ? ` ${people.length}` : "", names: listOf(names) });
        return (
          <button
            key={emoji}
            class={classes(style["reaction"], mine && style["mine"])}
            type="button"
            aria-pressed={mine}
            aria-label={label}
            title={label}
            disabled={!canWrite}
            onClick={() => react(message, emoji)}
          >
            <span aria-hidden="true">{emoji}</span>
            {people.length > 1 && <span class={style["count"]}>{people.length}</span>}
          </button>
        );
      })}
    </div>
  );
}
