import type { Problem } from "@conclave/client";
import type { RoomDetail } from "@conclave/client/rpc";
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { Banner, Button, Field, RadioCards, Select, Stack, useFault } from "../../design/index.js";
import { sayProblem } from "../../words/problem.js";
import { makeInvite, type MadeInvite, usualInvite } from "./makeInvite.js";
import { WelcomeField, welcomeFault } from "./WelcomeField.js";
import { t } from "./words.js";

const DAY_MS = 24 * 60 * 60 * 1000;
const SIZES = ["1", "10", "50", "keys"] as const;
const TERMS = { day: DAY_MS, week: 7 * DAY_MS, month: 30 * DAY_MS, never: null } as const;

export interface InviteFormProps {
  readonly detail: RoomDetail;
  /** The person can make others admins. */
  readonly mayRaise?: boolean;
  readonly onMade: (made: MadeInvite) => void;
}

/** Asks what an invite should be like, and makes it. */
export function InviteForm({ detail, mayRaise, onMade }: InviteFormProps): JSX.Element {
  const usual = usualInvite(detail.policy);
  const label = useSignal("");
  const size = useSignal<(typeof SIZES)[number]>("10");
  const term = useSignal<keyof typeof TERMS>("week");
  const mode = useSignal(usual.mode);
  const role = useSignal<"member" | "admin">("member");
  const welcome = useSignal("");
  const fault = useFault(welcome);
  const problem = useSignal<Problem | null>(null);
  const isBusy = useSignal(false);
  const isForKeys = size.value === "keys";
  const hasSteward = detail.members.some((each) => each.role === "steward");
  // A link for listed keys is `direct` or `ask` (docs/protocol.md §7).
  const chosen = isForKeys && mode.value === "auto" ? "ask" : mode.value;
  // A link for keys, and one that a steward may carry out, gives plain membership.
  const mayName = mayRaise === true && !isForKeys && chosen !== "auto";
  const make = async () => {
    fault.value = welcomeFault(welcome.value);
    if (fault.value !== null) return;
    isBusy.value = true;
    problem.value = null;
    const wish = {
      label: label.value.trim() || usual.label,
      people: isForKeys ? null : Number(size.value),
      lasts: TERMS[term.value],
      welcomeText: welcome.value,
    };
    const made = await makeInvite(detail.key, {
      ...wish,
      mode: chosen,
      role: mayName ? role.value : "member",
    });
    isBusy.value = false;
    if (!made.ok) problem.value = made.error;
    else onMade(made.value);
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (!isBusy.value) void make();
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap={4}>
        <Field label={t.label} hint={t.labelHint} value={label} placeholder={usual.label} maxLength={64} />
        <RadioCards
          legend={t.forWhom}
          inRow
          value={size}
          options={SIZES.map((value) => ({
            value,
            title: value === "keys" ? t.forKeys : value === "1" ? t.one : t.some({ count: Number(value) }),
          }))}
        />
        <RadioCards
          legend={t.mode}
          value={chosen}
          onChange={(value) => (mode.value = value)}
          options={[
            { value: "direct" as const, title: t.direct, text: t.directText },
            { value: "auto" as const, title: t.auto, text: hasSteward ? t.autoText : t.autoTextAlone },
            { value: "ask" as const, title: t.ask, text: t.askText },
          ].filter(({ value }) => value !== "auto" || !isForKeys)}
        />
        <Select
          label={t.until}
          value={term}
          options={(["day", "week", "month", "never"] as const).map((value) => ({ value, text: t[value] }))}
        />
        <WelcomeField value={welcome} fault={fault} />
        {mayName && (
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
