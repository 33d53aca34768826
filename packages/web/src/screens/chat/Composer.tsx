import { effect } from "@preact/signals";
import { Check, Mic, Paperclip, SendHorizontal, Smile } from "lucide-preact";
import type { JSX, TargetedKeyboardEvent } from "preact";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Button } from "../../design/Button.js";
import { IconButton } from "../../design/IconButton.js";
import { lazy } from "../../frame/Lazy.js";
import { isOfInputMethod } from "../../app/inputMethod.js";
import { classes } from "../../design/live.js";
import { toast } from "../../design/Toast.js";
import { useChat } from "./chatContext.js";
import { type Composition, fitsMessage } from "./composition.js";
import style from "./Composer.module.css";
import { ComposerMode } from "./ComposerMode.js";
import { EmojiPopup } from "./EmojiPopup.js";
import type { Attachments } from "./files/attachments.js";
import { canRecord } from "./files/canRecord.js";
import { Tray } from "./files/Tray.js";
import { FormatBar } from "./FormatBar.js";
import { OfferList } from "./OfferList.js";
import { changeText } from "./textChange.js";
import { useFormatting } from "./useFormatting.js";
import { useOffers } from "./useOffers.js";
import { t } from "./words.js";

const VoiceRecorder = lazy(() => import("./files/VoiceRecorder.js").then((module) => module.VoiceRecorder));

const COUNTS_FROM = -1000;
/** Characters that fill the field whatever they are: from there on it is as high as it gets, and nobody has to measure. */
const FULL_FROM_LENGTH = 4000;

export interface ComposerProps {
  readonly composition: Composition;
  readonly title: string;
  /** Sends what is written, after asking what has to be asked. */
  readonly onSend: () => void;
  /** The person pressed Up in an empty field: the last own message is to be changed. */
  readonly onEditLast: () => void;
  readonly attachments: Attachments;
}

/** Where one writes. Enter sends, Shift+Enter makes a line; on a phone Enter makes a line and the button sends. */
export function Composer({ composition, attachments, title, onSend, onEditLast }: ComposerProps): JSX.Element {
  const { people } = useChat();
  const area = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const smile = useRef<HTMLButtonElement>(null);
  const [emojiAt, pick] = useState<HTMLElement | null>(null);
  const [isRecording, record] = useState(false);
  const id = useId();
  const text = composition.text.value;
  const mode = composition.mode.value;
  const offering = useOffers(area, people.members);
  const formatting = useFormatting(area);
  const excess = composition.excess.value;

  // One opens a room to talk; but not under a keyboard on the glass, nor away from where one is.
  useEffect(() => {
    const { activeElement } = document;
    if (!isTouch() && !activeElement?.closest('[data-pane="side"], dialog')) area.current?.focus();
  }, []);
  // Before a menu that closes gives the focus back.
  useLayoutEffect(() => {
    if (mode.kind === "new") return;
    area.current?.focus();
    area.current?.setSelectionRange(text.length, text.length);
  }, [mode]);
  useLayoutEffect(() => grow(area.current!), [text]);
  // Before the field has it: to lay out a million characters takes seconds, and each key after them as long.
  useLayoutEffect(() => {
    const field = area.current!;
    const bound = (event: InputEvent) => {
      const given = event.data ?? event.dataTransfer?.getData("text/plain") ?? "";
      if (!/^insertFrom/u.test(event.inputType) && given.length < FULL_FROM_LENGTH) return;
      const { value, selectionStart, selectionEnd } = field;
      if (fitsMessage(value.slice(0, selectionStart) + given + value.slice(selectionEnd))) return;
      event.preventDefault();
      if (composition.mode.peek().kind === "edit") toast({ text: t.tooLongToChange, tone: "danger" });
      else if (attachments.addText(given)) toast(t.goesAsFile);
    };
    field.addEventListener("beforeinput", bound);
    return () => field.removeEventListener("beforeinput", bound);
  }, [composition, attachments]);
  // At once, not with the next rendering: a key that comes in between would bring back what was just sent.
  useLayoutEffect(
    () =>
      effect(() => {
        const next = composition.text.value;
        if (area.current!.value !== next) area.current!.value = next;
      }),
    [composition],
  );

  const onKeyDown = (event: TargetedKeyboardEvent<HTMLTextAreaElement>) => {
    if (isOfInputMethod(event) || offering.onKeyDown(event) || formatting.onKeyDown(event)) return;
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey;
    if (event.key === "Enter" && !event.shiftKey && !event.altKey && !isTouch()) {
      event.preventDefault();
      onSend();
    } else if (event.key === "Enter" && !event.altKey && !event.ctrlKey && !event.metaKey) {
      if (formatting.newLine()) event.preventDefault();
    } else if (event.key === "ArrowUp" && isPlain && text === "" && mode.kind === "new") {
      event.preventDefault();
      onEditLast();
    } else if (event.key === "Escape" && mode.kind !== "new") {
      event.preventDefault();
      event.stopPropagation();
      composition.stop();
    }
  };
  const insert = (emoji: string) => {
    // After what closes has given the focus back.
    requestAnimationFrame(() => {
      const field = area.current;
      if (!field) return;
      const { selectionStart: from, selectionEnd: to } = field;
      changeText(field, { from, to, insert: emoji, start: from + emoji.length, end: from + emoji.length });
    });
  };

  return (
    <form
      data-composer
      class={style["composer"]}
      onSubmit={(event) => {
        event.preventDefault();
        onSend();
      }}
    >
      <ComposerMode composition={composition} />
      {isRecording && (
        <VoiceRecorder
          onSend={(file) => {
            attachments.add([file]);
            onSend();
          }}
          onClose={() => {
            record(false);
            area.current?.focus();
          }}
        />
      )}
      <Tray attachments={attachments} onChoose={() => picker.current?.click()} />
      {offering.open && (
        <OfferList id={id} offers={offering.open.offers} chosen={offering.chosen} onChoose={offering.choose} />
      )}
      <div class={style["line"]}>
        <input
          ref={picker}
          class="visually-hidden"
          type="file"
          multiple
          tabIndex={-1}
          aria-hidden="true"
          onChange={(event) => {
            attachments.add([...(event.currentTarget.files ?? [])]);
            event.currentTarget.value = "";
            // The next Enter sends them, instead of asking for more.
            area.current?.focus();
          }}
        />
        <IconButton
          label={t.attach}
          icon={Paperclip}
          tip={attachments.all.value.length > 0 ? "none" : "above"}
          onClick={() => picker.current?.click()}
        />
        <div class={style["box"]}>
          <textarea
            ref={area}
            class={classes(style["area"], text.length > FULL_FROM_LENGTH && style["full"])}
            rows={1}
            dir="auto"
            value={text}
            placeholder={t.write}
            aria-label={t.writeTo({ title })}
            aria-describedby={`${id}-hint`}
            aria-autocomplete="list"
            aria-controls={offering.open ? id : undefined}
            aria-activedescendant={offering.open ? `${id}-${offering.chosen}` : undefined}
            enterkeyhint={isTouch() ? "enter" : "send"}
            onInput={(event) => {
              composition.write(event.currentTarget.value);
              offering.look();
            }}
            onKeyDown={onKeyDown}
            onSelect={() => {
              offering.look();
              formatting.look();
            }}
            onBlur={offering.close}
            onPaste={(event) => {
              if (mode.kind !== "edit" && attachments.take(event.clipboardData)) event.preventDefault();
            }}
          />
          {text !== "" && <FormatBar isSelecting={formatting.isSelecting} onFormat={formatting.format} />}
          {text === "" && mode.kind !== "edit" && canRecord() && (
            <span class={style["tool"]}>
              <IconButton label={t.record} icon={Mic} size="small" tip="none" onClick={() => record(true)} />
            </span>
          )}
          <span class={classes(style["tool"], style["smile"])}>
            <IconButton
              buttonRef={smile}
              label={t.emoji}
              icon={Smile}
              size="small"
              tip="none"
              onClick={() => pick(emojiAt ? null : smile.current)}
            />
          </span>
        </div>
        <IconButton
          label={mode.kind === "edit" ? t.save : t.send}
          icon={mode.kind === "edit" ? Check : SendHorizontal}
          tone="solid"
          type="submit"
          tip="none"
          disabled={(composition.isEmpty.value && (mode.kind === "edit" || !attachments.hasChosen)) || excess > 0}
        />
      </div>
      <span id={`${id}-hint`} class="visually-hidden">
        {isTouch() ? t.newLineTouchHint : t.newLineHint}
      </span>
      {excess > COUNTS_FROM && (
        <p class={excess > 0 ? style["over"] : style["count"]} role={excess > 0 ? "alert" : undefined}>
          {excess > 0 ? t.tooLong({ count: excess }) : t.left({ count: -excess })}
        </p>
      )}
      {excess > 0 && mode.kind !== "edit" && (
        <div class={style["asFile"]}>
          <Button
            size="small"
            icon={Paperclip}
            onClick={() => {
              if (attachments.addText(text)) composition.write("");
              area.current?.focus();
            }}
          >
            {t.sendAsFile}
          </Button>
        </div>
      )}
      {emojiAt && <EmojiPopup at={emojiAt} onPick={insert} onClose={() => pick(null)} />}
    </form>
  );
}

// Where CSS cannot do it.
function grow(area: HTMLTextAreaElement): void {
  if (CSS.supports("field-sizing", "content")) return;
  if (area.value.length > FULL_FROM_LENGTH) {
    area.style.blockSize = "";
    return;
  }
  area.style.blockSize = "auto";
  area.style.blockSize = `${area.scrollHeight}px`;
}

function isTouch(): boolean {
  return matchMedia("(pointer: coarse)").matches;
}
