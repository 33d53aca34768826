import type { JSX, RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";
import { classes } from "../../../design/live.js";
import style from "./MediaPlayer.module.css";

/** A longer sound is played without its picture: to draw it, all of it is decoded into memory (attack A81). */
const MOST_BYTES = 1024 * 1024;
const BARS = 48;
const RATE_HZ = 8_000;

interface Drawing {
  readonly peaks: readonly number[];
  readonly seconds: number;
}

/** How loud a short sound is, over its time, and how far it has been played. It is decoration: the player says the same. */
export function Waveform(props: {
  readonly blob: Blob;
  readonly player: RefObject<HTMLMediaElement | null>;
}): JSX.Element | null {
  const { blob, player } = props;
  const [drawing, draw] = useState<Drawing | null>(null);
  const [played, move] = useState(0);
  useEffect(() => {
    let isOver = false;
    if (blob.size > MOST_BYTES) return;
    // What cannot be decoded has no picture; the player says what is wrong.
    void drawingOf(blob).then(
      (made) => !isOver && draw(made),
      () => undefined,
    );
    return () => {
      isOver = true;
    };
  }, [blob]);
  useEffect(() => {
    const sound = player.current;
    const follow = () => move(sound?.currentTime ?? 0);
    sound?.addEventListener("timeupdate", follow);
    return () => sound?.removeEventListener("timeupdate", follow);
  }, [drawing]);
  if (!drawing) return null;
  return (
    <span class={style["wave"]} aria-hidden="true" data-wave>
      {drawing.peaks.map((peak, index) => (
        <span
          key={index}
          class={classes(style["bar"], (index + 0.5) / BARS < played / drawing.seconds && style["played"])}
          style={{ blockSize: `${Math.max(10, Math.round(peak * 100))}%` }}
        />
      ))}
    </span>
  );
}

async function drawingOf(blob: Blob): Promise<Drawing> {
  const context = new OfflineAudioContext(1, 1, RATE_HZ);
  const sound = await context.decodeAudioData(await blob.arrayBuffer());
  return { peaks: peaksOf(sound.getChannelData(0)), seconds: sound.duration };
}

/** The loudest moment of each part, the loudest of all as 1. */
function peaksOf(samples: Float32Array): number[] {
  const peaks = Array.from({ length: BARS }, (_, bar) => {
    const part = samples.subarray(
      Math.floor((bar * samples.length) / BARS),
      Math.floor(((bar + 1) * samples.length) / BARS),
    );
    return part.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  });
  const loudest = Math.max(...peaks);
  return peaks.map((peak) => (loudest > 0 ? peak / loudest : 0));
}
