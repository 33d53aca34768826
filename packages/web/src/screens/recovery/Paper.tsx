import { render } from "preact";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { QrCode } from "../../design/QrCode.js";
import { self } from "../../model/home.js";
import { date } from "../../words/index.js";
import { t } from "./words.js";
import style from "./Paper.module.css";

/** What a printer prints while the words are shown: a sheet of its own beside the page, which is hidden on paper. */
export function Paper({ phrase }: { readonly phrase: string }): null {
  useEffect(() => {
    const sheet = document.createElement("div");
    sheet.className = style["paper"]!;
    sheet.setAttribute("aria-hidden", "true");
    document.body.append(sheet);
    render(<Sheet phrase={phrase} />, sheet);
    return () => {
      render(null, sheet);
      sheet.remove();
    };
  }, [phrase]);
  return null;
}

function Sheet({ phrase }: { readonly phrase: string }): JSX.Element {
  return (
    <>
      <h1>{t.paperTitle}</h1>
      <p>{t.paperLead}</p>
      <div class={style["both"]}>
        <ol class={style["words"]}>
          {phrase.split(" ").map((word, place) => (
            <li key={place}>{word}</li>
          ))}
        </ol>
        <QrCode text={phrase} label={t.qrLabel} size={170} />
      </div>
      <p>{t.paperHow}</p>
      <dl class={style["facts"]}>
        <dt>{t.paperFor}</dt>
        <dd>{self.value?.fingerprint.words ?? ""}</dd>
        <dt>{location.host}</dt>
        <dd>{t.paperDate({ day: date(Date.now()) })}</dd>
      </dl>
    </>
  );
}
