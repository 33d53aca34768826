import { type FileCard, type Picture, plainName } from "@conclave/client/pure";
import { Download as DownloadIcon, X } from "lucide-preact";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Button } from "../../../design/Button.js";
import { IconButton } from "../../../design/IconButton.js";
import { useModal } from "../../../design/modal.js";
import { ProgressBar } from "../../../design/ProgressBar.js";
import type { Download } from "../../../model/transfers.js";
import { sayProblem } from "../../../words/problem.js";
import { fileSize } from "../../../words/say.js";
import { BlobImage } from "./BlobImage.js";
import style from "./Lightbox.module.css";
import { headerOf } from "./picture.js";
import { saveFile } from "../../../app/saveFile.js";
import { Thumbnail } from "./Thumbnail.js";
import { t as common } from "../../../design/words.js";
import { t } from "./words.js";

const LONGEST_NAME = 120;

export interface LightboxProps {
  readonly card: FileCard;
  /** What the message shows of it; null when that is nothing. */
  readonly picture: Picture | null;
  readonly download: Download;
  readonly onClose: () => void;
}

/** A picture as large as the window, after it was fetched and verified. */
export function Lightbox({ card, picture, download, onClose }: LightboxProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useModal(dialog, onClose);
  const [image, show] = useState<Blob | "none" | null>(null);
  const state = download.state.value;
  const name = plainName(card.name, LONGEST_NAME);
  const load = async () => {
    const bytes = await download.fetch();
    if (!bytes) return;
    const header = await headerOf(bytes);
    show(header ? new Blob([bytes], { type: header.type }) : "none");
  };
  useEffect(() => {
    void load();
    return () => download.cancel();
  }, [download]);
  const save = () => {
    if (download.blob.value) saveFile(download.blob.value, card.name);
  };
  return (
    <dialog ref={dialog} class={style["box"]} aria-label={t.picture({ name })}>
      <header class={style["head"]}>
        <span class={style["name"]}>
          <bdi>{name}</bdi>
          <span class={style["size"]}>{fileSize(card.size)}</span>
        </span>
        {download.blob.value && (
          <IconButton label={t.download({ name })} icon={DownloadIcon} tip="none" onClick={save} />
        )}
        <IconButton label={common.close} icon={X} tip="none" onClick={onClose} />
      </header>
      <div
        class={style["stage"]}
        onClick={(event) => {
          if (event.target === event.currentTarget) onClose();
        }}
      >
        {image instanceof Blob ? (
          <BlobImage class={style["image"]} blob={image} alt={t.picture({ name })} onError={() => show("none")} />
        ) : image === "none" ? (
          <div class={style["note"]}>
            <p>{t.noPicture}</p>
            <Button onClick={save}>{t.save}</Button>
          </div>
        ) : (
          <>
            {picture && (
              <div class={style["waiting"]} style={{ aspectRatio: `${picture.width} / ${picture.height}` }}>
                <Thumbnail picture={picture} />
              </div>
            )}
            <div class={style["note"]}>
              {state.is === "failed" ? (
                <>
                  <p role="alert">{sayProblem(state.problem)}</p>
                  <Button onClick={() => void load()}>{t.tryAgain}</Button>
                </>
              ) : (
                <ProgressBar label={t.downloading({ name })} value={state.is === "moving" ? state.progress : null} />
              )}
            </div>
          </>
        )}
      </div>
    </dialog>
  );
}
