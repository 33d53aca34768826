import type { UnfinishedUpload } from "@conclave/client";
import { plainName } from "@conclave/client/pure";
import { toHex } from "@conclave/codec";
import { FileClock, FileText, RotateCcw, X } from "lucide-preact";
import type { JSX } from "preact";
import { IconButton } from "../../../design/IconButton.js";
import { ProgressBar } from "../../../design/ProgressBar.js";
import { sayProblem } from "../../../words/problem.js";
import { fileSize } from "../../../words/say.js";
import type { Attachment, Attachments } from "./attachments.js";
import { BlobImage } from "./BlobImage.js";
import style from "./Tray.module.css";
import { t } from "./words.js";

const LONGEST_NAME = 80;

export interface TrayProps {
  readonly attachments: Attachments;
  /** The person wants to choose a file: an unfinished one again. */
  readonly onChoose: () => void;
}

/** Files above the field: chosen to be sent with what is written, or on their way. */
export function Tray({ attachments, onChoose }: TrayProps): JSX.Element | null {
  const all = attachments.all.value;
  const unfinished = attachments.unfinished.value;
  if (all.length === 0 && unfinished.length === 0) return null;
  return (
    <ul class={style["tray"]} role="list" aria-label={t.files}>
      {all.map((each) => (
        <li key={each.id} class={style["file"]}>
          <Item attachments={attachments} attachment={each} />
        </li>
      ))}
      {unfinished.map((each) => (
        <li key={toHex(each.id)} class={style["file"]}>
          <Unfinished upload={each} onChoose={onChoose} onDiscard={() => void attachments.discard(each)} />
        </li>
      ))}
    </ul>
  );
}

// The browser gives a page no file that was chosen on an earlier visit: the person has to.
function Unfinished(props: {
  readonly upload: UnfinishedUpload;
  readonly onChoose: () => void;
  readonly onDiscard: () => void;
}): JSX.Element {
  const name = plainName(props.upload.name, LONGEST_NAME);
  return (
    <>
      <span class={style["picture"]}>
        <FileClock size={20} aria-hidden="true" />
      </span>
      <span class={style["words"]}>
        <bdi class={style["name"]}>{name}</bdi>
        <span class={style["note"]}>{t.unfinished}</span>
      </span>
      <IconButton label={t.chooseAgain({ name })} icon={RotateCcw} size="small" tip="none" onClick={props.onChoose} />
      <IconButton label={t.giveUp({ name })} icon={X} size="small" tip="none" onClick={props.onDiscard} />
    </>
  );
}

function Item({
  attachments,
  attachment,
}: {
  readonly attachments: Attachments;
  readonly attachment: Attachment;
}): JSX.Element {
  const { file } = attachment;
  const { preview, isOriginal, isCleaned, mayTell } = attachment.looks.value;
  const sending = attachment.sending.value;
  const state = sending?.state.value ?? { is: "idle" as const };
  const name = plainName(file.name, LONGEST_NAME);
  return (
    <>
      <span class={style["picture"]}>
        {preview ? <BlobImage blob={preview} alt="" /> : <FileText size={20} aria-hidden="true" />}
      </span>
      <span class={style["words"]}>
        <bdi class={style["name"]}>{name}</bdi>
        {state.is === "moving" ? (
          <>
            <ProgressBar quiet label={t.sending({ name })} value={state.progress} />
            {state.isWaiting && <span class={style["note"]}>{t.waits}</span>}
          </>
        ) : state.is === "failed" ? (
          <span class={style["failed"]} role="alert">
            {sayProblem(state.problem)}
          </span>
        ) : (
          <span class={style["note"]}>
            {fileSize(file.size)}
            {(isCleaned || mayTell) && (
              <label class={style["original"]}>
                <input
                  type="checkbox"
                  checked={isOriginal}
                  onChange={(event) => attachment.choose(event.currentTarget.checked)}
                />
                {t.original}
              </label>
            )}
          </span>
        )}
      </span>
      {state.is === "failed" && (
        <IconButton
          label={t.again({ name })}
          icon={RotateCcw}
          size="small"
          tip="none"
          onClick={() => void attachments.again(attachment)}
        />
      )}
      <IconButton
        label={state.is === "moving" ? t.cancelSending({ name }) : t.remove({ name })}
        icon={X}
        size="small"
        tip="none"
        onClick={() => attachments.remove(attachment)}
      />
    </>
  );
}
