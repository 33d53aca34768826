import type { RoomJoinRequest } from "@conclave/client";
import { plainName, plainText } from "@conclave/client/pure";
import type { RoomDetail } from "@conclave/client/rpc";
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { askToConfirm, Face, Button, CodeWords, Disclosure, Note, PersonName, Row, Stack } from "../../design/index.js";
import { home } from "../../model/home.js";
import { Changes } from "../proposals/Changes.js";
import { askToApprove, changesIn, isGrave } from "../proposals/approving.js";
import { t as proposal } from "../proposals/words.js";
import { Sentence } from "../room/Sentence.js";
import { carryOut, sayNo } from "../room/carryOut.js";
import style from "./people.module.css";
import { t } from "./words.js";

const LONGEST_NOTE = 500;

/** Somebody at the door: who they say they are, by whose invite, what they wrote, and how far a decision has come. */
export function RequestCard(props: { readonly detail: RoomDetail; readonly request: RoomJoinRequest }): JSX.Element {
  const { detail, request } = props;
  const { id, name, tag, person, note, words, invite, approvedBy, declinedBy, approvalsNeeded } = request;
  const isBusy = useSignal(false);
  const isApproved = approvedBy.some((each) => each.isYou);
  const hasDeclined = declinedBy.some((each) => each.isYou);
  // Answered, and not gone from the list yet: there is nothing more to press.
  const isAnswered = useSignal(false);
  const act = (work: Promise<boolean>) => {
    isBusy.value = true;
    void work
      .then((isDone) => (isAnswered.value = isDone))
      .finally(() => {
        isBusy.value = false;
      });
  };
  const calls = home().room(detail.key);
  const isSteward = request.role === "steward";
  const changes = changesIn(detail, request.action, { person, name, tag, isYou: false, checked: null });
  // RULE: web.steward-asked: nobody lets a machine that reads along in as if it were a person (attack A122).
  const mean = () =>
    askToConfirm({
      title: t.admitStewardTitle({ name: plainName(name) }),
      body: t.admitStewardBody,
      yes: approvalsNeeded > 0 ? t.sayYes : t.admitSteward,
    });
  const isMeant = () => (isSteward ? mean() : askToApprove(changes));
  const admit = async () =>
    (await isMeant()) &&
    carryOut(calls.admit(id), { action: request.action, of: plainName(name), isApproval: approvalsNeeded > 0 });
  return (
    <article class={style["request"]}>
      <Face person={person} />
      <Stack gap={2}>
        <p class={style["asks"]}>
          <Sentence of={isSteward ? t.asksSteward : t.asks} person={<PersonName name={name} tag={tag} withTag />} />
        </p>
        <Note>
          <Sentence
            of={invite.label === null ? t.withInviteOf : t.withInvite}
            label={<bdi>{plainName(invite.label ?? "")}</bdi>}
            by={<bdi>{plainName(invite.by.name)}</bdi>}
          />
        </Note>
        {isGrave(changes) && !isSteward && <Changes rows={changes} />}
        {request.isAgain && <Note>{t.asksAgain}</Note>}
        {note !== "" && (
          <blockquote class={style["note"]}>
            <span class="visually-hidden">{t.note} </span>
            <bdi>{plainText(note, LONGEST_NOTE)}</bdi>
          </blockquote>
        )}
        <Disclosure title={t.words}>
          <CodeWords label={t.fingerprintOf({ name: plainName(name) })} words={words.split(" ")} />
          <Note>{t.compareHint}</Note>
        </Disclosure>
        {approvalsNeeded > 0 && <Note>{t.soFar({ have: approvedBy.length, need: approvalsNeeded })}</Note>}
        {hasDeclined && <Note>{t.youDenied}</Note>}
        {isApproved && <Note>{proposal.youApproved}</Note>}
        {!isAnswered.value && !isApproved && request.can !== "no" && (
          <Row>
            <Button size="small" tone="primary" busy={isBusy} onClick={() => act(admit())}>
              {hasDeclined
                ? proposal.approveAfterAll
                : approvalsNeeded > 0
                  ? t.sayYes
                  : isSteward
                    ? t.admitSteward
                    : t.admit}
            </Button>
            <Button size="small" disabled={isBusy} onClick={() => act(sayNo(calls.denyRequest(id)))}>
              {t.deny}
            </Button>
          </Row>
        )}
      </Stack>
    </article>
  );
}
