import type { TimelineMessage } from "@conclave/client";
import { decodeFileCard, plainName, plainText } from "@conclave/client/pure";
import { FileText } from "lucide-preact";
import type { ComponentChildren, JSX } from "preact";
import { useMemo } from "preact/hooks";
import { fileSize } from "../../words/say.js";
import style from "./FileMessage.module.css";
import { MessageBody } from "./MessageBody.js";
import { t } from "./words.js";

const LONGEST_NAME = 120;

/** A message of kind "file": the card, and what its author wrote with it. */
export function FileMessage(props: {
  readonly message: TimelineMessage;
  readonly after: ComponentChildren;
}): JSX.Element {
  const { message, after } = props;
  const card = useMemo(() => decodeFileCard(message.body), [message.body]);
  if (!card) {
    return (
      <p class={style["none"]}>
        {t.unknownKind}
        {after}
      </p>
    );
  }
  return (
    <>
      <div class={style["card"]}>
        <span class={style["icon"]}>
          <FileText size={22} aria-hidden="true" />
        </span>
        <span class={style["words"]}>
          <bdi class={style["name"]}>{plainName(card.name, LONGEST_NAME)}</bdi>
          <span class={style["size"]}>{fileSize(card.size)}</span>
        </span>
      </div>
      <MessageBody text={plainText(card.caption)} after={after} />
    </>
  );
}
