import { plainName, type Policy, preset, PRESET_NAMES, type PresetName, presetNameOf } from "@conclave/client/pure";
import type { Problem } from "@conclave/client";
import type { RoomKey } from "@conclave/client/rpc";
import { type Signal, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { hostOf, mayConnect, ownRelay, readSite } from "../../app/site.js";
import { useKept } from "../../app/useKept.js";
import { Council, MOST_SEATS, type CouncilSeat } from "../../design/Council.js";
import { Banner, Button, Disclosure, Field, RadioCards, Select, Stack, useFault } from "../../design/index.js";
import { DoorPage } from "../../frame/DoorPage.js";
import { ensureHome, home, self } from "../../model/home.js";
import { sayProblem } from "../../words/index.js";
import { keepForm, keptForm } from "./keptForm.js";
import { nameFault, tidy } from "./name.js";
import { ownName } from "./ownName.js";
import { WelcomeField, welcomeFault } from "../invites/WelcomeField.js";
import { COUNTS, presetSentence, presetsWith, presetTitle } from "../room/presets.js";
import { PresetMeaning } from "./PresetMeaning.js";
import { ServerFields } from "./ServerFields.js";
import style from "./StartRoom.module.css";
import { WayPicture } from "./WayPicture.js";
import { t } from "./words.js";

export interface RoomFormProps {
  readonly onBack: () => void;
  readonly onFounded: (key: RoomKey, policy: Policy, welcomeText: string) => void;
}

/** Everything that a new room needs: two names, and who decides. */
export function RoomForm({ onBack, onFounded }: RoomFormProps): JSX.Element {
  const kept = useMemo(keptForm, []);
  const name = useSignal(kept?.name ?? "");
  const title = useSignal(kept?.title ?? "");
  const rules = useSignal<PresetName>(PRESET_NAMES.find((each) => each === kept?.rules) ?? "owner");
  const count = useSignal(COUNTS.map(String).find((each) => each === kept?.count) ?? "2");
  const relay = useSignal(kept?.relay ?? ownRelay());
  const welcome = useSignal(kept?.welcome ?? "");
  const permit = useSignal("");
  const faults = { name: useFault(name), title: useFault(title), relay: useFault(relay), welcome: useFault(welcome) };
  const problem = useSignal<Problem | "closed" | null>(null);
  const isBusy = useSignal(false);
  // A page from one's own machine has no relay beside it: the address has to be given.
  const isFar = useSignal(false);
  // From then on it stands open: it is not folded away under the fingers that put it right.
  const isMoreOpen = useSignal(false);
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

  useKept(() =>
    keepForm({
      ...{ name: name.value, title: title.value, rules: rules.value },
      ...{ count: count.value, relay: relay.value, welcome: welcome.value },
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
    faults.welcome.value = welcomeFault(welcome.value);
    if (faults.relay.value !== null || faults.welcome.value !== null) isMoreOpen.value = true;
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
      onFounded(founded.value, policy, welcome.value);
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
  const more = (
    <Stack gap={4}>
      <WelcomeField value={welcome} fault={faults.welcome} />
      <ServerFields relay={relay} fault={faults.relay} permit={permit} />
    </Stack>
  );
  const presets = presetsWith(Number(count.value));
  const person = self.value?.person;
  const you: CouncilSeat = person ? { is: "person", person } : { is: "yours", text: t.you };
  const seats = Array.from({ length: MOST_SEATS }, (_, at): CouncilSeat => (at === 0 ? you : { is: "empty" }));
  return (
    <DoorPage
      isForm
      title={t.title}
      onBack={onBack}
      picture={<Council middle={{ name: plainName(tidy(title.value)) || t.roomExample, room: null }} seats={seats} />}
    >
      <form onSubmit={submit} noValidate>
        <Stack gap={4}>
          <div class={style["names"]}>
            <Field
              label={t.yourName}
              value={name}
              error={faults.name}
              autocomplete="nickname"
              maxLength={128}
              autofocus
            />
            <Field label={t.roomName} value={title} error={faults.title} placeholder={t.roomExample} maxLength={128} />
          </div>
          <RadioCards
            legend={t.whoDecides}
            value={rules}
            options={presets.map((each) => {
              const value = presetNameOf(each);
              return {
                value,
                title: presetTitle(value),
                text: presetSentence(each),
                picture: <WayPicture way={value} />,
                ...(value === "admins" ? { more: <AdminCount count={count} /> } : {}),
              };
            })}
          />
          <Disclosure title={t.meaning}>
            <PresetMeaning
              preset={presets.find((each) => presetNameOf(each) === rules.value)!}
              founder={tidy(name.value)}
            />
          </Disclosure>
          {isFar.value || wantsPermit || isMoreOpen.value ? more : <Disclosure title={t.more}>{more}</Disclosure>}
          {problem.value && <Banner tone="danger" title={say(problem.value, hostOf(relay.value) ?? relay.value)} />}
          <div class={style["reach"]}>
            <Button type="submit" tone="primary" size="large" wide busy={isBusy}>
              {t.create}
            </Button>
          </div>
        </Stack>
      </form>
    </DoorPage>
  );
}

/** How many admins have to agree, and what holds until there are as many. */
function AdminCount({ count }: { readonly count: Signal<string> }): JSX.Element {
  return (
    <Select
      label={t.howMany}
      hint={t.howManyHint}
      value={count}
      options={COUNTS.map((number) => ({ value: String(number), text: String(number) }))}
    />
  );
}

function say(problem: Problem | "closed", host: string): string {
  if (problem === "closed") return sayProblem({ kind: "closed" });
  return problem.kind === "unreachable" ? t.unreachable({ host }) : sayProblem(problem);
}
