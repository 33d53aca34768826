import { type Signal, useSignal } from "@preact/signals";
import { Eye, EyeOff, Printer, QrCode as QrIcon } from "lucide-preact";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { Banner, Button, CodeWords, Disclosure, Note, Row, Skeleton, Stack } from "../../design/index.js";
import { QrCode } from "../../design/QrCode.js";
import { home } from "../../model/home.js";
import { Paper } from "./Paper.js";
import { t } from "./words.js";
import style from "./WordsSheet.module.css";

/** The 24 words of this person: covered at first (until `shown` is true), to be written down, printed, or taken by another camera. */
export function WordsSheet({ shown }: { readonly shown?: Signal<boolean> }): JSX.Element {
  const phrase = useSignal<string | null>(null);
  const hasFailed = useSignal(false);
  const own = useSignal(false);
  const isShown = shown ?? own;
  const isCode = useSignal(false);
  useEffect(() => {
    home()
      .home.recoveryPhrase()
      .then(
        (words) => (phrase.value = words),
        () => (hasFailed.value = true),
      );
    // The words stay in no variable longer than they are looked at.
    return () => (phrase.value = null);
  }, []);
  if (hasFailed.value) return <Banner tone="danger" title={t.reload} />;
  if (phrase.value === null) return <Skeleton lines={6} />;
  const words = phrase.value.split(" ");
  return (
    <Stack gap={4}>
      {isShown.value ? (
        <CodeWords label={t.wordsLabel} words={words} numbered />
      ) : (
        <div class={style["cover"]}>
          <p>{t.covered}</p>
          <Button tone="primary" icon={Eye} onClick={() => (isShown.value = true)}>
            {t.show}
          </Button>
        </div>
      )}
      {isShown.value && (
        <Row gap={2}>
          <Button size="small" icon={Printer} onClick={() => window.print()}>
            {t.print}
          </Button>
          <Button size="small" icon={QrIcon} onClick={() => (isCode.value = !isCode.value)}>
            {isCode.value ? t.qrHide : t.qr}
          </Button>
          <Button
            size="small"
            tone="quiet"
            icon={EyeOff}
            onClick={() => {
              isShown.value = false;
              isCode.value = false;
            }}
          >
            {t.hide}
          </Button>
        </Row>
      )}
      {isShown.value && isCode.value && (
        <div class={style["code"]}>
          <QrCode text={phrase.value} label={t.qrLabel} size={240} />
        </div>
      )}
      <Note>{t.rules}</Note>
      <Disclosure title={t.whatFor}>
        <ul class={style["list"]}>
          <li>{t.brings}</li>
          <li>{t.bringsNot}</li>
        </ul>
      </Disclosure>
      {isShown.value && <Paper phrase={phrase.value} />}
    </Stack>
  );
}
