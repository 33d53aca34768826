import type { TimelineMessage } from "@conclave/client";
import { decodeFileCard, type FileCard, plainName, plainText } from "@conclave/client/pure";
import { Download as DownloadIcon, Eye, FileText, Image, Play, X } from "lucide-preact";
import type { ComponentChildren, JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { IconButton } from "../../../design/IconButton.js";
import { ProgressBar } from "../../../design/ProgressBar.js";
import { lazy } from "../../../frame/Lazy.js";
import { sayProblem } from "../../../words/problem.js";
import { fileSize } from "../../../words/say.js";
import { useChat } from "../chatContext.js";
import { MessageBody } from "../MessageBody.js";
import { t as chatWords } from "../words.js";
import style from "./FileMessage.module.css";
import { LazyLightbox, PictureMessage } from "./PictureMessage.js";
import { saveFile } from "../../../app/saveFile.js";
import { mediaOf } from "./media.js";
import { t } from "./words.js";

const LazyPlayer = lazy(() => import("./MediaPlayer.js").then((module) => module.MediaPlayer));

const LONGEST_NAME = 120;
const LONGEST_CAPTION = 16_384;
/** What its author calls it: what it is is looked at before it is shown. */
const PICTURE = /^image\/(?:gif|jpeg|png|webp)$/u;

/** A message of kind "file": a picture, or a card with a button, and what its author wrote with it. */
export function FileMessage(props: {
  readonly message: TimelineMessage;
  readonly after: ComponentChildren;
}): JSX.Element {
  const { message, after } = props;
  const card = useMemo(() => decodeFileCard(message.body), [message.body]);
  if (!card) {
    return (
      <p class={style["none"]}>
        {chatWords.unknownKind}
        {after}
      </p>
    );
  }
  const caption = plainText(card.caption, LONGEST_CAPTION);
  // Without words there is no line for it to stand in: it goes into what is shown.
  const inside = caption === "" ? after : null;
  return (
    <>
      {card.picture ? (
        <PictureMessage message={message} card={card} picture={card.picture} after={inside} />
      ) : (
        <Card message={message} card={card} after={inside} />
      )}
      {caption !== "" && <MessageBody text={caption} after={after} />}
    </>
  );
}

function Card(props: {
  readonly message: TimelineMessage;
  readonly card: FileCard;
  readonly after: ComponentChildren;
}): JSX.Element {
  const { message, card, after } = props;
  const download = useChat().downloads.of(message, card);
  const state = download.state.value;
  const name = plainName(card.name, LONGEST_NAME);
  // Whoever sends from a terminal sends no thumbnail.
  const isPicture = PICTURE.test(card.mediaType);
  const media = mediaOf(card.mediaType);
  const [isOpen, open] = useState(false);
  const [played, play] = useState<Blob | null>(null);
  const save = async () => {
    const bytes = await download.fetch();
    if (bytes) saveFile(bytes, card.name);
  };
  return (
    <>
      {media && played && <LazyPlayer blob={played} media={media} name={name} />}
      <div class={style["card"]}>
        <span class={style["icon"]}>
          {isPicture ? <Image size={22} aria-hidden="true" /> : <FileText size={22} aria-hidden="true" />}
        </span>
        <span class={style["words"]}>
          <bdi class={style["name"]}>{name}</bdi>
          {state.is === "moving" ? (
            <>
              <ProgressBar quiet label={t.downloading({ name })} value={state.progress} />
              {state.isWaiting && <span class={style["size"]}>{t.waits}</span>}
            </>
          ) : state.is === "failed" ? (
            <span class={style["failed"]} role="alert">
              {sayProblem(state.problem)}
            </span>
          ) : (
            <span class={style["size"]}>{fileSize(card.size)}</span>
          )}
          {after}
        </span>
        {state.is === "moving" ? (
          <IconButton label={t.cancelDownload({ name })} icon={X} tip="none" onClick={() => download.cancel()} />
        ) : (
          <>
            {isPicture && <IconButton label={t.open({ name })} icon={Eye} tip="none" onClick={() => open(true)} />}
            {media && !played && (
              // RULE: web.media-pressed: of a stranger's sound or film nothing is fetched or decoded before a press (attack A81).
              <IconButton
                label={t.play({ name })}
                icon={Play}
                tip="none"
                onClick={() => void download.fetch().then((bytes) => play(bytes))}
              />
            )}
            <IconButton label={t.download({ name })} icon={DownloadIcon} tip="none" onClick={() => void save()} />
          </>
        )}
        {isOpen && <LazyLightbox card={card} picture={null} download={download} onClose={() => open(false)} />}
      </div>
    </>
  );
}
