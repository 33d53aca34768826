import type { TimelineMessage } from "@conclave/client";
import { type FileCard, type Picture, plainName } from "@conclave/client/pure";
import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { lazy } from "../../../frame/Lazy.js";
import { useChat } from "../chatContext.js";
import style from "./PictureMessage.module.css";
import { Thumbnail } from "./Thumbnail.js";
import { t } from "./words.js";

export const LazyLightbox = lazy(() => import("./Lightbox.js").then((module) => module.Lightbox));

const WIDEST = 320;
const HIGHEST = 360;
const MOST_STRETCHED = 3;
const LONGEST_NAME = 80;

/** A picture as its message shows it; a press fetches the whole of it. */
export function PictureMessage(props: {
  readonly message: TimelineMessage;
  readonly card: FileCard;
  readonly picture: Picture;
  /** Lies on the picture. */
  readonly after: ComponentChildren;
}): JSX.Element {
  const { message, card, picture, after } = props;
  const { downloads } = useChat();
  const [isOpen, open] = useState(false);
  const name = plainName(card.name, LONGEST_NAME);
  const { width, height } = shownSize(picture);
  return (
    <>
      <div class={style["frame"]}>
        <button
          class={style["picture"]}
          style={{ inlineSize: `${width}px`, aspectRatio: `${width} / ${height}` }}
          type="button"
          aria-label={t.open({ name })}
          onClick={() => open(true)}
        >
          <Thumbnail picture={picture} />
        </button>
        <div class={style["after"]}>{after}</div>
      </div>
      {isOpen && (
        <LazyLightbox
          card={card}
          picture={picture}
          download={downloads.of(message, card)}
          onClose={() => open(false)}
        />
      )}
    </>
  );
}

// What a stranger says of its size may not tear the conversation apart.
function shownSize({ width, height }: Picture): { width: number; height: number } {
  const ratio = Math.min(MOST_STRETCHED, Math.max(1 / MOST_STRETCHED, width / height));
  const wide = Math.min(WIDEST, width, HIGHEST * ratio);
  const shown = Math.max(96, Math.round(wide));
  return { width: shown, height: Math.round(shown / ratio) };
}
