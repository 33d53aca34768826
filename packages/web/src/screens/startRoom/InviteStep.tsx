import type { Problem } from "@conclave/client";
import type { RoomKey } from "@conclave/client/remote";
import { useSignal } from "@preact/signals";
import { MessageCircle, PartyPopper, QrCode as QrIcon, Share2, UserRoundPlus } from "lucide-preact";
import type { JSX } from "preact";
import { Banner, Button, CopyField, Field, Note, RadioCards, Row, Stack } from "../../design/index.js";
import { QrCode } from "../../design/QrCode.js";
import { home, rooms } from "../../model/home.js";
import { sayProblem } from "../../words/index.js";
import { TaskPage } from "../welcome/TaskPage.js";
import { inviteHost } from "./inviteHost.js";
import { OnlyHere } from "./OnlyHere.js";
import { t } from "./words.js";
import style from "./InviteStep.module.css";

const WEEK = 7 * 24 * 60 * 60 * 1000;
const SIZES = ["1", "10", "50"] as const;

export interface InviteStepProps {
  readonly step: string;
  readonly room: RoomKey;
  readonly title: string;
  readonly onDone: () => void;
}

/** The first invite of a new room: a link and a QR code. */
export function InviteStep({ step, room, title, onDone }: InviteStepProps): JSX.Element {
  const link = useSignal<string | null>(null);
  const made = useSignal<"no" | "proposed">("no");
  const label = useSignal(t.labelDefault);
  const size = useSignal<(typeof SIZES)[number]>("10");
  const isBusy = useSignal(false);
  const problem = useSignal<Problem | null>(null);
  const make = async () => {
    const calls = home().room(room);
    const limit = Number(size.value);
    const created = await calls.createInvite({
      label: label.value.trim() || t.labelDefault,
      for: limit === 1 ? { class: "single" } : { class: "multi", limit },
      notAfter: Date.now() + WEEK,
      mode: "direct",
    });
    if (!created.ok) problem.value = created.problem;
    else if (!created.value.invitation) made.value = "proposed";
    else {
      const relay = rooms.value.get(room)?.relay ?? location.origin;
      link.value = await calls.inviteLink(created.value.invitation.inviteId, inviteHost(relay));
    }
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (isBusy.value) return;
    isBusy.value = true;
    problem.value = null;
    void make()
      .catch(() => {
        problem.value = { kind: "closed" };
      })
      .finally(() => {
        isBusy.value = false;
      });
  };
  const isDone = link.value !== null || made.value === "proposed";
  return (
    <TaskPage
      title={t.inviteTitle}
      lead={t.inviteLead}
      icon={UserRoundPlus}
      step={step}
      actions={
        <Button
          tone={isDone ? "primary" : "quiet"}
          size={isDone ? "large" : "medium"}
          icon={isDone ? MessageCircle : undefined!}
          onClick={onDone}
        >
          {isDone ? t.openRoom : t.skip}
        </Button>
      }
    >
      {link.value !== null ? (
        <Made link={link.value} title={title} />
      ) : made.value === "proposed" ? (
        <Banner tone="info" title={t.inviteAgree} />
      ) : (
        <form onSubmit={submit} noValidate>
          <Stack gap={4}>
            <RadioCards
              legend={t.forWhom}
              inRow
              value={size}
              options={SIZES.map((value) => ({ value, title: value === "1" ? t.one : t.some(Number(value)) }))}
            />
            <Field label={t.label} hint={t.labelHint} value={label} maxLength={64} />
            {problem.value && <Banner tone="danger" title={sayProblem(problem.value)} />}
            <Button type="submit" tone="primary" size="large" wide icon={PartyPopper} busy={isBusy}>
              {t.makeLink}
            </Button>
          </Stack>
        </form>
      )}
    </TaskPage>
  );
}

/** The link, ready to be handed on. */
function Made({ link, title }: { readonly link: string; readonly title: string }): JSX.Element {
  const isShown = useSignal(false);
  const share = () => {
    // Whoever closes the system's own sheet has changed their mind: that is no failure.
    void navigator.share({ title: t.shareText(title), url: link }).catch(() => undefined);
  };
  return (
    <Stack gap={4}>
      <CopyField label={t.link} hint={`${t.linkHint} ${t.valid}`} value={link} />
      <OnlyHere link={link} />
      <Row gap={2}>
        {"share" in navigator && (
          <Button tone="primary" icon={Share2} onClick={share}>
            {t.share}
          </Button>
        )}
        {!isShown.value && (
          <Button icon={QrIcon} onClick={() => (isShown.value = true)}>
            {t.qr}
          </Button>
        )}
      </Row>
      {isShown.value && (
        <figure class={style["code"]}>
          <QrCode text={link} label={t.qrLabel(title)} size={260} />
          <figcaption>
            <Note>{t.linkHint}</Note>
          </figcaption>
        </figure>
      )}
    </Stack>
  );
}
