import { looksAlike, plainName, type SshSignature } from "@conclave/client/pure";
import type { JoinOptions } from "@conclave/client";
import type { InvitedView } from "@conclave/client/rpc";
import { equalBytes, toHex } from "@conclave/codec";
import { type ReadonlySignal, useSignal } from "@preact/signals";
import { Crown, TriangleAlert } from "lucide-preact";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { forgetInvite, go, keepTyped, typedForInvite } from "../../app/index.js";
import { now } from "../../app/now.js";
import { useKept } from "../../app/useKept.js";
import { Council, MOST_SEATS, peopleSeats, type CouncilSeat, withSeat } from "../../design/Council.js";
import { Badge, Banner, Button, Field, Note, Stack, TextArea, Toggle, withRoomHue } from "../../design/index.js";
import { Said } from "../../design/Said.js";
import { DoorPage } from "../../frame/DoorPage.js";
import { lazy } from "../../frame/Lazy.js";
import { Sentence } from "../room/Sentence.js";
import { nameFault, tidy } from "../startRoom/name.js";
import { ownName } from "../startRoom/ownName.js";
import { PersonLine } from "./Crowd.js";
import { DoorFolds } from "./DoorFolds.js";
import { t } from "./words.js";
import style from "./Join.module.css";

// Few links ask for a key.
const KeyStep = lazy(() => import("./KeyStep.js").then((m) => m.KeyStep));

const NOTE = 280;

const goes = { direct: () => t.join, ask: () => t.ask, auto: () => t.join } as const;

export interface PreviewProps {
  readonly invited: InvitedView;
  readonly host: string;
  readonly isBusy: ReadonlySignal<boolean>;
  readonly onAccept: (name: string, note: string, options: JoinOptions) => void;
}

/** The door of the room that one is invited to: who is there, who invited, and one button. */
export function Preview({ invited, host, isBusy, onAccept }: PreviewProps): JSX.Element {
  const { members, invitedBy, policy, mode, role, confirmed } = invited;
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
  useKept(() => keepTyped({ name: name.value, note: note.value }));
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
  const title = plainName(invited.title);
  const isStale = policy.settings.maxStale > 0 && now.value - confirmed > policy.settings.maxStale;
  return (
    <DoorPage
      picture={<Council middle={{ name: title, room: toHex(invited.roomId) }} seats={seatsOf(invited)} />}
      {...titleOf(invited, title)}
    >
      {invitedBy && !isReturn && (
        <div {...withRoomHue(toHex(invited.roomId))}>
          <Said person={invitedBy.person} text={invited.welcomeText} />
        </div>
      )}
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
              {role !== "member" && (
                <Badge tone="accent" icon={Crown}>
                  {role === "admin" ? t.roleAdmin : t.roleOwner}
                </Badge>
              )}
            </>
          )}
          <Button type="submit" tone="primary" size="large" wide busy={isBusy}>
            {isReturn ? t.comeBack({ room: title }) : alike && isSure.value ? t.alikeOk : goes[mode]()}
          </Button>
          {mode === "auto" && <Note>{t.autoNote}</Note>}
        </Stack>
      </form>
      <DoorFolds invited={invited} host={host} />
      <Button
        tone="quiet"
        onClick={() => {
          forgetInvite();
          go({ at: "rooms" }, { replace: true });
        }}
      >
        {t.notNow}
      </Button>
    </DoorPage>
  );
}

/** Who invites to what. Who comes back is greeted by the name that the room knows. */
function titleOf({ mode, members, invitedBy }: InvitedView, room: string): { title: string; heading?: JSX.Element } {
  const you = members.find(({ isYou }) => isYou);
  if (mode === "return") return { title: t.returning({ name: plainName(you?.name ?? "") }) };
  if (invitedBy === null) return { title: t.invited({ room }) };
  return {
    title: t.invites({ by: plainName(invitedBy.name), room }),
    heading: <Sentence of={t.invites} by={<PersonLine of={invitedBy} among={members} />} room={<bdi>{room}</bdi>} />,
  };
}

/** Who invited you comes first; your own seat is the one nearest to the words. */
function seatsOf({ mode, members, invitedBy }: InvitedView): readonly CouncilSeat[] {
  const you = members.find(({ isYou }) => isYou);
  const others = members.filter(({ isYou }) => !isYou).map(({ person }) => person);
  const by = invitedBy?.person;
  const first = by === undefined ? [] : others.filter((person) => equalBytes(person, by));
  const people = [...first, ...others.filter((person) => by === undefined || !equalBytes(person, by))];
  const own: CouncilSeat = you
    ? { is: "gone", person: you.person }
    : { is: "yours", text: mode === "ask" ? "?" : t.you };
  return withSeat(peopleSeats(people, MOST_SEATS - 1), own);
}
