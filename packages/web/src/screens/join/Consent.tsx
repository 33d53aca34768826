import { useSignal } from "@preact/signals";
import { Mail, ScanSearch } from "lucide-preact";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { announce, forgetInvite, go } from "../../app/index.js";
import { Banner, Button, Card, Note, Spinner } from "../../design/index.js";
import { door } from "../../model/home.js";
import { TaskPage } from "../../frame/TaskPage.js";
import { t } from "./words.js";
import style from "./Join.module.css";

/** From here on (ms) one wants to know whom one waits for. */
const LATE_MS = 2_500;

export interface ConsentProps {
  /** The server that would be asked. */
  readonly host: string;
  /** A server that was, or would be, told the whole link when somebody opens it as it came; null when none is. */
  readonly shownTo: string | null;
  /** It has served this page, and is asked without a question. */
  readonly isOwn: boolean;
  readonly isBusy: boolean;
  readonly onLook: () => void;
}

/**
 * Asks before anything is asked of another server than the one that served this page.
 *
 * RULE: web.join-consent: opening a link sends nothing to a server that did not serve the page; the person sees which one would be
 * asked, and says so (attacks A44, A45).
 */
export function Consent({ host, shownTo, isOwn, isBusy, onLook }: ConsentProps): JSX.Element {
  const decline = () => {
    forgetInvite();
    go({ at: door.value.state === "open" ? "rooms" : "welcome" }, { replace: true });
  };
  const isLate = useSignal(false);
  useEffect(() => {
    isLate.value = false;
    if (!isBusy) return;
    announce(t.looking);
    const timer = setTimeout(() => {
      isLate.value = true;
      announce(t.stillTrying({ host }));
    }, LATE_MS);
    return () => clearTimeout(timer);
  }, [isBusy]);
  const waiting = isBusy && (
    <p class={style["busy"]}>
      <Spinner size={18} />
      {isLate.value ? t.stillTrying({ host }) : t.looking}
    </p>
  );
  const no = (
    <Button tone="quiet" onClick={decline}>
      {t.notNow}
    </Button>
  );
  if (isOwn) {
    return (
      <TaskPage title={t.consentTitle} icon={Mail} actions={no}>
        {waiting}
      </TaskPage>
    );
  }
  return (
    <TaskPage
      title={t.consentTitle}
      lead={t.consentLead}
      icon={Mail}
      actions={
        <>
          <Button tone="primary" size="large" icon={ScanSearch} busy={isBusy} onClick={onLook}>
            {t.look}
          </Button>
          {no}
        </>
      }
    >
      <Card>
        <div class={style["server"]}>
          <span class={style["serverLabel"]}>{t.consentServer}</span>
          <bdi class={style["serverHost"]}>{host}</bdi>
        </div>
        <Note>{t.consentLearns}</Note>
      </Card>
      {shownTo !== null && (
        <Banner tone="warning" title={t.shownTitle}>
          {t.shown({ host: shownTo })}
        </Banner>
      )}
      {waiting}
    </TaskPage>
  );
}
