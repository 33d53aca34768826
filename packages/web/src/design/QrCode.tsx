import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { encode } from "uqr";
import style from "./QrCode.module.css";

export interface QrCodeProps {
  /** What a camera reads. */
  readonly text: string;
  /** What it is for ("Invite link to Garden club"). */
  readonly label: string;
  /** Pixels; it never gets wider than its container. */
  readonly size?: number;
}

/** A QR code, dark on white in every theme: many cameras read nothing else. */
export function QrCode({ text, label, size = 240 }: QrCodeProps): JSX.Element {
  const { path, width } = useMemo(() => draw(text), [text]);
  return (
    <div class={style["code"]} style={{ inlineSize: `${size}px` }}>
      <svg
        role="img"
        aria-label={label}
        viewBox={`${-QUIET} ${-QUIET} ${width + 2 * QUIET} ${width + 2 * QUIET}`}
        shape-rendering="crispEdges"
      >
        <path d={path} fill="#17211e" />
      </svg>
    </div>
  );
}

// Empty modules around it, as the standard asks for.
const QUIET = 4;

function draw(text: string): { path: string; width: number } {
  const { data, size } = encode(text, { ecc: "M", border: 0 });
  let path = "";
  data.forEach((row, y) => {
    for (let x = 0; x < size; x += 1) {
      if (!row[x]) continue;
      const start = x;
      while (row[x + 1]) x += 1;
      path += `M${start} ${y}h${x - start + 1}v1H${start}z`;
    }
  });
  return { path, width: size };
}
