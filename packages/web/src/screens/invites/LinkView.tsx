import { Share2 } from "lucide-preact";
import type { JSX } from "preact";
import { Button, CopyField, QrCode, Stack } from "../../design/index.js";
import { OnlyHere } from "../startRoom/OnlyHere.js";
import style from "./invites.module.css";
import { t } from "./words.js";

/** A link to hand on: to copy, to share, or for a camera. */
export function LinkView({ link, title }: { readonly link: string; readonly title: string }): JSX.Element {
  const share = () => {
    // Whoever closes the system's own sheet has changed their mind: that is no failure.
    void navigator.share({ title: t.shareText(title), url: link }).catch(() => undefined);
  };
  return (
    <Stack gap={3}>
      <CopyField label={t.link} hint={t.linkHint} value={link} />
      <OnlyHere link={link} />
      {"share" in navigator && (
        <Button icon={Share2} onClick={share}>
          {t.share}
        </Button>
      )}
      <div class={style["code"]}>
        <QrCode text={link} label={t.qr(title)} size={220} />
      </div>
    </Stack>
  );
}
