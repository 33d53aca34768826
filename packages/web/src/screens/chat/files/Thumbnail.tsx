import { type Picture, thumbnailType } from "@conclave/client/pure";
import { Image } from "lucide-preact";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { BlobImage } from "./BlobImage.js";
import { imageHeader } from "./imageHeader.js";
import style from "./PictureMessage.module.css";

/** A thumbnail is small: one that would be decoded into more is none (attack A81). */
const LONGEST_SIDE = 1024;

/** How a picture looks, from its message alone: the small image over its blurred colours. What it is stands around it. */
export function Thumbnail({ picture }: { readonly picture: Picture }): JSX.Element {
  const [isBroken, fail] = useState(false);
  const blob = useMemo(() => blobOf(picture), [picture]);
  return (
    <>
      {picture.thumbhash.length > 0 && <Colours hash={picture.thumbhash} />}
      {blob && !isBroken ? (
        <BlobImage class={style["image"]} blob={blob} alt="" onError={() => fail(true)} />
      ) : (
        <span class={style["image"]} aria-hidden="true">
          {picture.thumbhash.length === 0 && <Image size={28} />}
        </span>
      )}
    </>
  );
}

function blobOf({ thumbnail }: Picture): Blob | null {
  const type = thumbnailType(thumbnail);
  const header = imageHeader(thumbnail);
  if (!type || header?.type !== type || Math.max(header.width, header.height) > LONGEST_SIDE) return null;
  return new Blob([thumbnail.slice()], { type });
}

function Colours({ hash }: { readonly hash: Uint8Array }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => void drawColours(canvas.current!, hash), [hash]);
  return <canvas ref={canvas} class={style["colours"]} aria-hidden="true" />;
}

// Most conversations have no picture: what draws them is fetched with the first.
async function drawColours(canvas: HTMLCanvasElement, hash: Uint8Array): Promise<void> {
  // Whatever a stranger wrote there: no more than 32 bytes, and no more than 32 pixels a side come of it.
  try {
    const { thumbHashToRGBA } = await import("thumbhash");
    const { w, h, rgba } = thumbHashToRGBA(hash);
    canvas.width = w;
    canvas.height = h;
    canvas.getContext("2d")?.putImageData(new ImageData(new Uint8ClampedArray(rgba), w, h), 0, 0);
  } catch {
    // No colours, then.
  }
}
