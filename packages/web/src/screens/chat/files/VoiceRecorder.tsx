import { SendHorizontal, Trash2 } from "lucide-preact";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { IconButton } from "../../../design/IconButton.js";
import { toast } from "../../../design/Toast.js";
import { Recording } from "./recording.js";
import style from "./VoiceRecorder.module.css";
import { t } from "./words.js";

export interface VoiceRecorderProps {
  /** What was said, to be sent. */
  readonly onSend: (file: File) => void;
  /** It ended, with or without something to send. */
  readonly onClose: () => void;
}

/** Records from the moment when it is there. Escape and Discard throw it away. */
export function VoiceRecorder({ onSend, onClose }: VoiceRecorderProps): JSX.Element {
  const recording = useRef<Recording | null>(null);
  const [seconds, count] = useState(0);
  useEffect(() => {
    let isOver = false;
    const own = new Recording(count);
    recording.current = own;
    own.begin().catch(() => {
      if (isOver) return;
      toast({ text: t.noMicrophone, tone: "danger" });
      onClose();
    });
    return () => {
      isOver = true;
      own.drop();
    };
  }, []);
  const send = async () => {
    const file = await recording.current?.end(t.voiceName);
    if (file) onSend(file);
    onClose();
  };
  const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  return (
    <div
      class={style["bar"]}
      role="group"
      aria-label={t.recording}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        event.stopPropagation();
        onClose();
      }}
    >
      <IconButton label={t.discard} icon={Trash2} tip="none" onClick={onClose} />
      <span class={style["dot"]} aria-hidden="true" />
      <span class={style["time"]} role="timer" aria-label={t.recording}>
        {time}
      </span>
      <IconButton label={t.sendVoice} icon={SendHorizontal} tone="solid" tip="none" onClick={() => void send()} />
    </div>
  );
}
