import { plainName } from "@conclave/client/pure";
import type { JSX } from "preact";
import { now } from "../../app/now.js";
import type { Conversation } from "../../model/conversation.js";
import { useChat } from "./chatContext.js";
import type { Composition } from "./composition.js";
import style from "./Greetings.module.css";
import { t } from "./words.js";

/** So long after they came in (ms) somebody is new. */
const NEW_MS = 24 * 60 * 60_000;
/** Where more was said since, the conversation has the room that there is. */
const MOST_MESSAGES = 4;

export interface GreetingsProps {
  readonly conversation: Conversation;
  readonly composition: Composition;
  readonly onSend: () => void;
}

/** To somebody new who has not written yet: two greetings, each sent at one press. */
export function Greetings({ conversation, composition, onSend }: GreetingsProps): JSX.Element | null {
  const { you, members } = useChat().people;
  const isNew = you !== null && you.joinedSeq > 0 && now.value - (you.since ?? 0) < NEW_MS;
  const { items, isLoading, hasOlder } = conversation;
  const said = items.value.flatMap((item) => (item.kind === "message" ? item.message : []));
  const hasBegun = said.length > MOST_MESSAGES || said.some(({ author }) => author.isYou);
  const isUnknown = isLoading.value || hasOlder.value;
  if (!isNew || isUnknown || hasBegun || members.length < 2 || !composition.isEmpty.value) return null;
  const say = (text: string) => {
    composition.write(text);
    onSend();
  };
  return (
    <div class={style["greetings"]} role="group" aria-label={t.greetings}>
      {[t.hello({ name: plainName(you.name) }), t.thanks].map((text) => (
        <button key={text} class={style["greeting"]} type="button" onClick={() => say(text)}>
          {text}
        </button>
      ))}
    </div>
  );
}
