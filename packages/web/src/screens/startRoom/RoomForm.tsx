import { preset, PRESET_NAMES, type PresetName, presetNameOf } from "@conclave/client/pure";
import type { Problem } from "@conclave/client";
import type { RoomKey } from "@conclave/client/rpc";
import { useSignal, useSignalEffect } from "@preact/signals";
import { Crown, DoorOpen, HeartHandshake, Sparkles, UserRoundPlus, Users } from "lucide-preact";
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import {
  Banner,
  Button,
  Disclosure,
  Field,
  type Icon,
  RadioCards,
  Select,
  Stack,
  useFault,
} from "../../design/index.js";
import { ensureHome, home } from "../../model/home.js";
import { sayProblem } from "../../words/index.js";
import { hostOf, mayConnect, ownRelay, readSite } from "../../app/site.js";
import { TaskPage } from "../../frame/TaskPage.js";
import { keepForm, keptForm } from "./keptForm.js";
import { nameFault, tidy } from "./name.js";
import { ownName } from "./ownName.js";
import { COUNTS, presetSentence, presetsWith, presetTitle } from "../room/presets.js";
import { PresetMeaning } from "./PresetMeaning.js";
import style from "./RoomForm.module.css";
import { t } from "./words.js";

const ICONS: Readonly<Record<PresetName, Icon>> = {
  owner: Crown,
  admins: Users,
  everyone: HeartHandshake,
  "add-only": UserRoundPlus,
  open: DoorOpen,
};

export interface RoomFormProps {
  readonly step: string;
  readonly onBack: () => void;
  readonly onFounded: (key: RoomKey, title: string) => void;
}

/** Everything that a new room needs: two names, and who decides. */
export function RoomForm({ step, onBack, onFounded }: RoomFormProps): JSX.Element {
  const kept = useMemo(keptForm, []);
  const name = useSignal(kept?.name ?? "");
  const title = useSignal(kept?.title ?? "");
  const rules = useSignal<PresetName>(PRESET_NAMES.find((each) => each === kept?.rules) ?? "owner");
  const count = useSignal(COUNTS.map(String).find((each) => each === kept?.count) ?? "2");
  const relay = useSignal(kept?.relay ?? ownRelay());
  const permit = useSignal("");
  const faults = { name: useFault(name), title: useFault(title), relay: useFault(relay) };
  const problem = useSignal<Problem | "closed" | null>(null);
  const isBusy = useSignal(false);
  // A page from one's own machine has no relay beside it: the address has to be given.
  const isFar = useSignal(false);
  // From then on the address stands open: it is not folded away under the fingers that put it right.
  const isWrongServer = useSignal(false);
  useEffect(() => {
    void ownName().then((known) => {
      if (known && name.peek() === "") name.value = known;
    });
    void readSite().then((site) => {
      if (site?.servedBy !== "web") return;
      isFar.value = true;
      if (relay.peek() === ownRelay()) relay.value = "";
    });
  }, []);

  useSignalEffect(() =>
    keepForm({
      ...{ name: name.value, title: title.value, rules: rules.value },
      ...{ count: count.value, relay: relay.value },
    }),
  );

  const check = async () => {
    const host = hostOf(relay.value);
    const isAllowed = host !== null && mayConnect(relay.value, await readSite());
    faults.name.value = nameFault(name.value, t.nameFirst);
    faults.title.value = nameFault(title.value, t.roomFirst);
    faults.relay.value = isAllowed
      ? null
      : host === null
        ? sayProblem({ kind: "malformed", what: "relay" })
        : t.relayForbidden({ host });
    if (faults.relay.value !== null) isWrongServer.value = true;
    return Object.values(faults).every((fault) => fault.value === null);
  };
  const found = async () => {
    problem.value = null;
    if (!(await check())) return;
    const chosen = presetsWith(Number(count.value)).find((each) => presetNameOf(each) === rules.value)!;
    const policy = preset(chosen);
    const options = { title: tidy(title.value), name: tidy(name.value), policy, relay: relay.value.trim() };
    const given = new TextEncoder().encode(permit.value.trim());
    if (!(await ensureHome())) {
      problem.value = "closed";
      return;
    }
    const founded = await home().home.createRoom(given.length > 0 ? { ...options, permit: given } : options);
    if (founded.ok) {
      keepForm(null);
      onFounded(founded.value, options.title);
    } else problem.value = founded.error;
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (isBusy.value) return;
    isBusy.value = true;
    void found()
      .catch(() => {
        problem.value = "closed";
      })
      .finally(() => {
        isBusy.value = false;
      });
  };

  const wantsPermit =
    problem.value !== "closed" && problem.value?.kind === "relay" && problem.value.error === "create_denied";
  const server = (
    <Stack gap={4}>
      <Field
        label={t.relay}
        hint={t.relayHint}
        value={relay}
        error={faults.relay}
        type="url"
        placeholder="wss://chat.example.org"
        mono
      />
      <Field label={t.permit} hint={t.permitHint} value={permit} mono />
    </Stack>
  );
  return (
    <TaskPage title={t.title} lead={t.lead} step={step} onBack={onBack}>
      <form onSubmit={submit} noValidate>
        <Stack gap={6}>
          <Field
            label={t.yourName}
            hint={t.yourNameHint}
            value={name}
            error={faults.name}
            autocomplete="nickname"
            maxLength={128}
            autofocus
          />
          <Field label={t.roomName} value={title} error={faults.title} placeholder={t.roomExample} maxLength={128} />
          <RadioCards
            legend={t.whoDecides}
            value={rules}
            options={presetsWith(Number(count.value)).map((each) => {
              const value = presetNameOf(each);
              return {
                value,
                title: presetTitle(value),
                text: presetSentence(each),
                icon: ICONS[value],
                ...(value === "owner" ? { note: t.usual } : {}),
                more: (
                  <Stack gap={4}>
                    {value === "admins" && (
                      <Select
                        label={t.howMany}
                        hint={t.howManyHint}
                        value={count}
                        options={COUNTS.map((number) => ({ value: String(number), text: String(number) }))}
                      />
                    )}
                    <PresetMeaning preset={each} founder={tidy(name.value)} />
                  </Stack>
                ),
              };
            })}
          />
          {isFar.value || wantsPermit || isWrongServer.value ? (
            server
          ) : (
            <Disclosure title={t.advanced}>{server}</Disclosure>
          )}
          {problem.value && <Banner tone="danger" title={say(problem.value, hostOf(relay.value) ?? relay.value)} />}
          <div class={style["reach"]}>
            <Button type="submit" tone="primary" size="large" wide icon={Sparkles} busy={isBusy}>
              {t.create}
            </Button>
          </div>
        </Stack>
      </form>
    </TaskPage>
  );
}

function say(problem: Problem | "closed", host: string): string {
  if (problem === "closed") return sayProblem({ kind: "closed" });
  return problem.kind === "unreachable" ? t.unreachable({ host }) : sayProblem(problem);
}
