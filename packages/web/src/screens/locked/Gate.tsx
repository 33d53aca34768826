import { signal } from "@preact/signals";
import { Columns2, HardDrive, ShieldX, Unplug } from "lucide-preact";
import type { JSX } from "preact";
import { Button, askToConfirm, Disclosure, type Icon } from "../../design/index.js";
import { door, home } from "../../model/home.js";
import { RecoverNotice, Recover } from "../recovery/Recover.js";
import { TaskPage } from "../../frame/TaskPage.js";
import { Unlock } from "./Unlock.js";
import { t as common } from "../../design/words.js";
import { t } from "./words.js";

/** Who has forgotten the passphrase goes by the words instead. */
const byWords = signal(false);

/** A home that does not open by itself: what is the matter, and what to do. */
export function Gate(): JSX.Element | null {
  const state = door.value;
  if (!globalThis.isSecureContext) return <Stuck icon={ShieldX} title={t.insecureTitle} lead={t.insecureLead} />;
  switch (state.state) {
    case "locked":
      if (byWords.value) return <ByWords />;
      return <Unlock slots={state.slots} onForgotten={() => (byWords.value = true)} />;
    case "keys_missing":
      return <KeysMissing />;
    case "old_form":
      return <OldForm />;
    case "in_use":
      return <Stuck icon={Columns2} title={t.inUseTitle} lead={t.inUseLead} />;
    case "failed":
      return <Stuck icon={HardDrive} title={t.failedTitle} lead={t.failedLead} said={state.message} />;
    case "stopped":
      return <Stuck icon={Unplug} title={t.stoppedTitle} lead={t.stoppedLead} said={state.message} />;
    case "starting":
    case "none":
    case "open":
      return null;
  }
}

function ByWords(): JSX.Element {
  return (
    <Recover
      isOnly
      notice={<RecoverNotice title={t.forgot}>{t.forgotText}</RecoverNotice>}
      otherwise={
        <Button tone="quiet" onClick={() => (byWords.value = false)}>
          {common.back}
        </Button>
      }
    />
  );
}

/**
 * Data without keys.
 *
 * RULE: web.keys-missing: a wiped browser is met with the recovery words and an honest word about what they bring, never with
 * an empty new person (attack A102).
 */
function KeysMissing(): JSX.Element {
  const beginAnew = async () => {
    const yes = await askToConfirm({ title: t.noWordsTitle, body: t.noWordsText, yes: t.noWordsYes, danger: true });
    if (yes) await home().home.erase();
  };
  return (
    <Recover
      isOnly
      notice={<RecoverNotice title={t.missingTitle}>{t.missingText}</RecoverNotice>}
      otherwise={
        <Button tone="quiet" onClick={() => void beginAnew()}>
          {t.noWords}
        </Button>
      }
    />
  );
}

/** A home of an earlier build: it stays as it is until the person deletes it. */
function OldForm(): JSX.Element {
  const beginAnew = async () => {
    const yes = await askToConfirm({ title: t.oldTitle, body: t.oldErase, yes: t.oldYes, danger: true });
    if (yes) await home().home.erase();
  };
  return (
    <Stuck
      icon={HardDrive}
      title={t.oldTitle}
      lead={t.oldLead}
      otherwise={
        <Button tone="quiet" onClick={() => void beginAnew()}>
          {t.oldYes}
        </Button>
      }
    />
  );
}

interface StuckProps {
  readonly icon: Icon;
  readonly title: string;
  readonly lead: string;
  readonly said?: string;
  readonly otherwise?: JSX.Element;
}

function Stuck({ icon, title, lead, said, otherwise }: StuckProps): JSX.Element {
  return (
    <TaskPage
      title={title}
      lead={lead}
      icon={icon}
      tone="warning"
      actions={
        <Button tone="primary" size="large" onClick={() => location.reload()}>
          {t.again}
        </Button>
      }
    >
      {said && <Disclosure title={t.details}>{said}</Disclosure>}
      {otherwise}
    </TaskPage>
  );
}
