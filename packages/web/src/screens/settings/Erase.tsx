import { useSignal } from "@preact/signals";
import { Trash2 } from "lucide-preact";
import type { JSX } from "preact";
import { forgetInvite } from "../../app/invite.js";
import { go } from "../../app/route.js";
import { Button, Card, askToConfirm, Note, Row, Stack, toast } from "../../design/index.js";
import { home } from "../../model/home.js";
import { isWrittenDown } from "../recovery/reminder.js";
import { t } from "./securityWords.js";

/** Deletes everything of this person from this browser. */
export function Erase(): JSX.Element {
  const isBusy = useSignal(false);
  const erase = async () => {
    const yes = await askToConfirm({
      title: t.eraseTitle,
      body: (
        <Stack gap={3}>
          <p>{t.eraseText}</p>
          <p>{isWrittenDown.value ? t.eraseWithWords : t.eraseWithoutWords}</p>
        </Stack>
      ),
      yes: t.eraseYes,
      danger: true,
    });
    if (!yes) return;
    isBusy.value = true;
    try {
      await home().home.erase();
      forgetPreferences();
      go({ at: "welcome" }, { replace: true });
    } catch {
      toast({ text: t.failed, tone: "danger" });
    }
    isBusy.value = false;
  };
  return (
    <Card title={t.erase} level={3}>
      <Stack gap={3}>
        <Note>{t.eraseLead}</Note>
        <Row>
          <Button tone="danger" size="small" icon={Trash2} busy={isBusy} onClick={() => void erase()}>
            {t.erase}
          </Button>
        </Row>
      </Stack>
    </Card>
  );
}

// They name the person and rooms that were here by the first letters of their keys; this tab may keep an unfinished form.
function forgetPreferences(): void {
  forgetInvite();
  for (const storage of [localStorage, sessionStorage])
    for (const key of Object.keys(storage)) if (key.startsWith("conclave.")) storage.removeItem(key);
}
