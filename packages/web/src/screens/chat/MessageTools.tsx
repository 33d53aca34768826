import type { TimelineMessage } from "@conclave/client";
import { Ellipsis, Reply, SmilePlus } from "lucide-preact";
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { IconButton } from "../../design/IconButton.js";
import { clockTime } from "../../words/when.js";
import { useChat } from "./chatContext.js";
import { EmojiPopup } from "./EmojiPopup.js";
import type { MenuPlace } from "./menuPlace.js";
import style from "./MessageTools.module.css";
import { t } from "./words.js";

/** Beside a message that the pointer or the keyboard is on. On a phone a long press opens the menu instead. */
export function MessageTools(props: {
  readonly message: TimelineMessage;
  /** The message does not say its time itself. */
  readonly withTime: boolean;
  readonly onMenu: (message: TimelineMessage, at: MenuPlace) => void;
}): JSX.Element {
  const { message, withTime, onMenu } = props;
  const { canWrite, react, reply } = useChat();
  const more = useRef<HTMLButtonElement>(null);
  const [at, pick] = useState<HTMLElement | null>(null);
  const smile = useRef<HTMLButtonElement>(null);
  return (
    <div class={style["tools"]}>
      {withTime && <time class={style["time"]}>{clockTime(message.time)}</time>}
      {canWrite && (
        <>
          <IconButton
            buttonRef={smile}
            label={t.react}
            icon={SmilePlus}
            size="small"
            tip="none"
            onClick={() => pick(at ? null : smile.current)}
          />
          <IconButton label={t.reply} icon={Reply} size="small" tip="none" onClick={() => reply(message)} />
        </>
      )}
      <IconButton
        buttonRef={more}
        label={t.actions}
        icon={Ellipsis}
        size="small"
        tip="none"
        onClick={() => onMenu(message, more.current!)}
      />
      {at && <EmojiPopup at={at} forReaction onPick={(emoji) => react(message, emoji)} onClose={() => pick(null)} />}
    </div>
  );
}
