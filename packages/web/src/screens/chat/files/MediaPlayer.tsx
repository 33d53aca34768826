import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Media } from "./media.js";
import { Waveform } from "./Waveform.js";
import style from "./MediaPlayer.module.css";
import { t } from "./words.js";

export interface MediaPlayerProps {
  readonly blob: Blob;
  readonly media: Media;
  readonly name: string;
}

/** Plays what is in memory, in its place, with the browser's own controls. Its address ends with it. */
export function MediaPlayer({ blob, media: { kind, type }, name }: MediaPlayerProps): JSX.Element | null {
  const [url, show] = useState<string | null>(null);
  const [isBroken, fail] = useState(false);
  const player = useRef<HTMLAudioElement>(null);
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([blob], { type }));
    show(made);
    return () => URL.revokeObjectURL(made);
  }, [blob, type]);
  if (isBroken) {
    return (
      <p class={style["broken"]} role="alert">
        {t.noMedia}
      </p>
    );
  }
  if (url === null) return null;
  const shared = { class: style[kind], src: url, "aria-label": name, controls: true, autoplay: true };
  if (kind === "video") return <video {...shared} playsInline onError={() => fail(true)} />;
  return (
    <>
      <Waveform blob={blob} player={player} />
      <audio ref={player} {...shared} onError={() => fail(true)} />
    </>
  );
}
