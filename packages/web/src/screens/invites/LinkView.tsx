import { useSignal } from "@preact/signals";
import { QrCode as QrIcon, Share2 } from "lucide-preact";
import type { ComponentChildren, JSX } from "preact";
import { Button, CopyField, QrCode, Row, Stack } from "../../design/index.js";
import { OnlyHere } from "./OnlyHere.js";
import style from "./invites.module.css";
import type { LinkMode } from "./makeInvite.js";
import { t } from "./words.js";

const hints = {
  direct: () => t.linkHint,
  ask: () => t.linkHintAsk,
  auto: () => t.linkHintAuto,
  keys: () => t.linkHintKeys,
} as const;

export interface LinkViewProps {
  readonly link: string;
  /** The room's. */
  readonly title: string;
  readonly mode: LinkMode;
  /** Another button beside the code. */
  readonly more?: ComponentChildren;
}

/** A link to hand on: to copy, to share, or for a camera. */
export function LinkView({ link, title, mode, more }: LinkViewProps): JSX.Element {
  const isCode = useSignal(false);
  const share = () => {
    // Whoever closes the system's own sheet has changed their mind: that is no failure.
    void navigator.share({ title: t.shareText({ title }), url: link }).catch(() => undefined);
  };
  return (
    <Stack gap={3}>
      <CopyField label={t.link} hint={hints[mode]()} value={link} main />
      <OnlyHere link={link} />
      <Row>
        {"share" in navigator && (
          <Button icon={Share2} onClick={share}>
            {t.share}
          </Button>
        )}
        {!isCode.value && (
          <Button icon={QrIcon} onClick={() => (isCode.value = true)}>
            {t.showQr}
          </Button>
        )}
        {more}
      </Row>
      {isCode.value && (
        <div ref={show} class={style["code"]}>
          <QrCode text={link} label={t.qr({ title })} size={240} />
        </div>
      )}
    </Stack>
  );
}

// Who asked for it has to see it: under a link there is often no room.
function show(code: HTMLElement | null): void {
  code?.scrollIntoView({ block: "nearest" });
}
