import { looksAlike, type SshSignature } from "@conclave/client/pure";
import type { JoinOptions } from "@conclave/client";
import type { InvitedView } from "@conclave/client/rpc";
import { type ReadonlySignal, useSignal, useSignalEffect } from "@preact/signals";
import { Crown, Hand, LogIn, TriangleAlert } from "lucide-preact";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { forgetInvite, go, keepTyped, typedForInvite } from "../../app/index.js";
import {
  RoomPicture,
  Badge,
  Banner,
  Button,
  Card,
  Facts,
  Field,
  Note,
  Stack,
  TextArea,
  Time,
  Toggle,
} from "../../design/index.js";
import { plainName } from "@conclave/client/pure";
import { now } from "../../app/now.js";
import { nameFault, tidy } from "../startRoom/name.js";
import { ownName } from "../startRoom/ownName.js";
import { sayPolicy } from "../room/presets.js";
import { lazy } from "../../frame/Lazy.js";
import { TaskPage } from "../../frame/TaskPage.js";
import { toHex } from "@conclave/codec";
import { Crowd, PersonLine } from "./Crowd.js";
import { t } from "./words.js";
import style from "./Join.module.css";

// Few links ask for a key.
const KeyStep = lazy(() => import("./KeyStep.js").then((m) => m.KeyStep));

const NOTE = 280;

const titles = {
  direct: () => t.joining,
  ask: () => t.asking,
  return: () => t.returning,
  auto: () => t.joining,
} as const;
const goes = { direct: () => t.join, ask: () => t.ask, return: () => t.comeBack, auto: () => t.join } as const;
const notes = {
  direct: () => t.directNote,
  ask: () => t.askNote,
  return: () => t.returnNote,
  auto: () => t.autoNote,
} as const;

export interface PreviewProps {
  readonly invited: InvitedView;
  readonly host: string;
  readonly isBusy: ReadonlySignal<boolean>;
  readonly onAccept: (name: string, note: string, options: JoinOptions) => void;
}

/** What one is about to join, and one field and one button to do it. */
export function Preview({ invited, host, isBusy, onAccept }: PreviewProps): JSX.Element {
  const { members, owners, invitedBy, policy, mode, role, confirmed, confirmedBy } = invited;
  const isReturn = mode === "return";
  const name = useSignal(typedForInvite().name);
  const note = useSignal(typedForInvite().note);
  const fault = useSignal<string | null>(null);
  const isSure = useSignal(false);
  const isStolen = useSignal(false);
  const signature = useSignal<SshSignature | null>(null);
  useEffect(() => {
    void ownName().then((known) => {
      if (known && name.peek() === "") name.value = known;
    });
  }, []);
  useSignalEffect(() => keepTyped({ name: name.value, note: note.value }));
  const alike =
    isReturn || name.value.trim() === ""
      ? undefined
      : members.find((member) => looksAlike(member.name, tidy(name.value)));
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (isReturn) {
      onAccept("", "", { isLast: isStolen.value });
      return;
    }
    fault.value = nameFault(name.value, t.nameFirst);
    if (fault.value !== null) return;
    // RULE: web.own-lookalike: nobody takes the look of somebody who is there without having been told (attack A77).
    if (alike && !isSure.value) {
      isSure.value = true;
      return;
    }
    if (invited.needsKey && signature.value === null) {
      fault.value = t.keyFirst;
      return;
    }
    onAccept(tidy(name.value), note.value.trim(), signature.value === null ? {} : { signature: signature.value });
  };
  const rules = sayPolicy(policy);
  const isStale = policy.settings.maxStale > 0 && now.value - confirmed > policy.settings.maxStale;
  const Go = mode === "ask" ? Hand : LogIn;
  return (
    <TaskPage title={titles[mode]()}>
      <div class={style["room"]}>
        <RoomPicture name={plainName(invited.title)} room={toHex(invited.roomId)} size={64} />
        <div class={style["roomWords"]}>
          <p class={style["roomTitle"]}>
            <bdi>{plainName(invited.title)}</bdi>
          </p>
          <p class={style["roomText"]}>
            {t.people({ n: members.length })} · {t.checkedBy} <PersonLine of={confirmedBy} among={members} />{" "}
            <Time time={Math.min(confirmed, now.value)} />
          </p>
        </div>
      </div>
      {isStale && <Banner tone="warning" title={t.stale} />}
      <form onSubmit={submit} noValidate>
        <Stack gap={4}>
          {isReturn ? (
            <>
              <p>{t.returnText}</p>
              <Toggle label={t.returnStolen} hint={t.returnStolenHint} checked={isStolen} />
            </>
          ) : (
            <>
              <Field
                label={t.yourName}
                hint={t.yourNameHint}
                value={name}
                onInput={(typed) => {
                  name.value = typed;
                  fault.value = null;
                  isSure.value = false;
                }}
                error={fault}
                autocomplete="nickname"
                maxLength={128}
                autofocus
              />
              {alike && (
                <div class={style["alike"]} role="status">
                  <TriangleAlert size={18} aria-hidden="true" />
                  <span>{t.alike({ name: plainName(alike.name) })}</span>
                </div>
              )}
              {invited.needsKey && <KeyStep invited={invited} signature={signature} />}
              {mode === "ask" && (
                <TextArea label={t.note} hint={t.noteHint} value={note} rows={2} growTo={5} maxLength={NOTE} />
              )}
            </>
          )}
          <Button type="submit" tone="primary" size="large" wide icon={Go} busy={isBusy}>
            {alike && isSure.value ? t.alikeOk : goes[mode]()}
          </Button>
          <Note>{notes[mode]()}</Note>
        </Stack>
      </form>
      <Card>
        <Facts
          facts={[
            ...(owners.length > 0
              ? [
                  {
                    name: owners.length > 1 ? t.owners : t.owner,
                    value: <Crowd people={owners} among={members} most={4} />,
                  },
                ]
              : []),
            ...(invitedBy && !isReturn
              ? [{ name: t.invitedBy, value: <PersonLine of={invitedBy} among={members} /> }]
              : []),
            {
              name: t.decides,
              value: (
                <>
                  <strong>{rules.title ?? t.ownRules}.</strong> {rules.text}
                </>
              ),
            },
            { name: t.server, value: <bdi>{host}</bdi> },
          ]}
        />
        {role !== "member" && !isReturn && (
          <Badge tone="accent" icon={Crown}>
            {role === "admin" ? t.roleAdmin : t.roleOwner}
          </Badge>
        )}
      </Card>
      <Card title={t.people({ n: members.length })}>
        <Crowd people={members} among={members} most={12} asFaces />
      </Card>
      <Button
        tone="quiet"
        onClick={() => {
          forgetInvite();
          go({ at: "rooms" }, { replace: true });
        }}
      >
        {t.notNow}
      </Button>
    </TaskPage>
  );
}
