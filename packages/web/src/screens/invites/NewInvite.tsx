import type { Problem } from "@conclave/client";
import { plainName } from "@conclave/client/pure";
import type { RoomDetail } from "@conclave/client/remote";
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { Banner, Button, Field, RadioCards, Select, Stack } from "../../design/index.js";
import { home, rooms } from "../../model/home.js";
import { sayProblem } from "../../words/problem.js";
import { inviteHost } from "../startRoom/inviteHost.js";
import { LinkView } from "./LinkView.js";
import { t } from "./words.js";

const DAY = 24 * 60 * 60 * 1000;
const SIZES = ["1", "10", "50"] as const;
const TERMS = { day: DAY, week: 7 * DAY, month: 30 * DAY, never: null } as const;

/** Makes an invite, and shows its link. */
export function NewInvite({
  detail,
  onDone,
}: {
  readonly detail: RoomDetail;
  readonly onDone: () => void;
}): JSX.Element {
  const label = useSignal("");
  const size = useSignal<(typeof SIZES)[number]>("10");
  const term = useSignal<keyof typeof TERMS>("week");
  const mode = useSignal<"direct" | "ask">("direct");
  const role = useSignal<"member" | "admin">("member");
  const fault = useSignal<string | null>(null);
  const problem = useSignal<Problem | null>(null);
  const isBusy = useSignal(false);
  const made = useSignal<{ link: string } | { have: number; need: number } | null>(null);
  const calls = home().room(detail.key);
  const room = rooms.value.get(detail.key);

  const make = async () => {
    const limit = Number(size.value);
    const lasts = TERMS[term.value];
    const created = await calls.createInvite({
      label: label.value.trim(),
      for: limit === 1 ? { class: "single" } : { class: "multi", limit },
      role: role.value,
      notAfter: lasts === null ? null : Date.now() + lasts,
      mode: mode.value,
    });
    if (!created.ok) {
      problem.value = created.problem;
      return;
    }
    const { invitation, progress } = created.value;
    const host = inviteHost(room?.relay ?? location.origin);
    const link = invitation && (await calls.inviteLink(invitation.inviteId, host));
    if (link !== null) made.value = { link };
    else if (!progress.done) made.value = progress;
    else onDone();
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    fault.value = label.value.trim() === "" ? t.labelFirst : null;
    if (fault.value !== null || isBusy.value) return;
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

  if (made.value) {
    return (
      <Stack gap={4}>
        {"link" in made.value ? (
          <>
            <Banner tone="success" title={t.made} />
            <LinkView link={made.value.link} title={plainName(room?.title ?? "")} />
          </>
        ) : (
          <Banner tone="info" title={t.proposed(made.value.have, made.value.need)} />
        )}
        <Button onClick={onDone}>{t.back}</Button>
      </Stack>
    );
  }
  const mayRaise = detail.members.some(({ isYou, role: own }) => isYou && own !== "member");
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap={4}>
        <Field label={t.label} hint={t.labelHint} value={label} error={fault} maxLength={64} autofocus />
        <RadioCards
          legend={t.forWhom}
          inRow
          value={size}
          options={SIZES.map((value) => ({ value, title: value === "1" ? t.one : t.some(Number(value)) }))}
        />
        <RadioCards
          legend={t.mode}
          value={mode}
          options={[
            { value: "direct", title: t.direct, text: t.directText },
            { value: "ask", title: t.ask, text: t.askText },
          ]}
        />
        <Select
          label={t.until}
          value={term}
          options={(["day", "week", "month", "never"] as const).map((value) => ({ value, text: t[value] }))}
        />
        {mayRaise && (
          <Select
            label={t.role}
            value={role}
            options={[
              { value: "member", text: t.asMember },
              { value: "admin", text: t.asAdmin },
            ]}
          />
        )}
        {problem.value && <Banner tone="danger" title={sayProblem(problem.value)} />}
        <Button type="submit" tone="primary" size="large" wide busy={isBusy}>
          {t.make}
        </Button>
      </Stack>
    </form>
  );
}
