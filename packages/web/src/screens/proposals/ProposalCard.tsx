import type { NamedPerson, RoomProposal } from "@conclave/client";
import { plainName } from "@conclave/client/pure";
import type { RoomDetail } from "@conclave/client/rpc";
import { toHex } from "@conclave/codec";
import { useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { go } from "../../app/route.js";
import { Face, Button, classes, askToConfirm, Note, PersonName, Row } from "../../design/index.js";
import { home, rooms } from "../../model/home.js";
import { sayProblem } from "../../words/problem.js";
import { clockTime, fullTime } from "../../words/when.js";
import { carryOut, sayNo } from "../room/carryOut.js";
import { Sentence } from "../room/Sentence.js";
import { Changes } from "./Changes.js";
import { changesOf } from "./changeRows.js";
import style from "./proposals.module.css";
import { proposals } from "./sayProposed.js";
import { t } from "./words.js";
import { ProposedChange } from "./ProposedChange.js";

const MOST_SEATS = 8;

export interface ProposalCardProps {
  readonly detail: RoomDetail;
  readonly proposal: RoomProposal;
  /** When it was asked (ms), in a conversation. */
  readonly time?: number;
  readonly inPanel?: boolean;
}

/** A decision that waits for more people: exactly what it would change, who wants it, how far it has come, and what one can say. */
export function ProposalCard({ detail, proposal, time, inPanel }: ProposalCardProps): JSX.Element {
  const { action, person, isAsked, refusal } = proposal;
  const item = toHex(proposal.actionHash);
  const room = rooms.value.get(detail.key);
  const changes = changesOf(action, person, { detail, title: room?.title ?? "", relay: room?.relay ?? "" });
  return (
    <article class={classes(style["card"], inPanel && style["inPanel"], isAsked && style["asked"])} data-proposal>
      <p class={style["title"]}>
        <ProposedChange of={proposal} in={proposals.asks} />
        {time !== undefined && (
          <time class={style["time"]} title={fullTime(time)}>
            {clockTime(time)}
          </time>
        )}
      </p>
      <Agreed proposal={proposal} />
      <Changes rows={changes} />
      {refusal && (
        <Note>
          {t.dead} {sayProblem({ kind: "refused", rejection: refusal })}
        </Note>
      )}
      {room?.status.standing === "member" && (
        <Answers detail={detail} proposal={proposal} isGrave={changes.some(({ isGrave }) => isGrave)}>
          <Changes rows={changes} />
        </Answers>
      )}
      {room?.status.standing === "member" && mayGive(proposal) && (
        <Row>
          <Button
            size="small"
            tone="quiet"
            onClick={() => go({ at: "room", key: detail.key, panel: "approvals", item })}
          >
            {t.byFile}
          </Button>
        </Row>
      )}
    </article>
  );
}

/** Whether our person has approved it, or is asked to: then their approval can go around the server. */
function mayGive({ by, isAsked, approvedBy, refusal }: RoomProposal): boolean {
  return refusal === null && (by.isYou || isAsked || approvedBy.some(({ isYou }) => isYou));
}

/** Who has said yes, and how many more it takes. */
function Agreed({ proposal }: { readonly proposal: RoomProposal }): JSX.Element {
  const { approvedBy, declinedBy, need, refusal } = proposal;
  const missing = Number.isFinite(need) ? Math.max(0, need - approvedBy.length) : 0;
  const seats = Math.min(missing, MOST_SEATS - Math.min(approvedBy.length, MOST_SEATS - 1));
  return (
    <div class={style["agreed"]}>
      <span class={style["seats"]} aria-hidden="true">
        {approvedBy.slice(0, MOST_SEATS).map(({ person }) => (
          <Face key={person.join()} person={person} size={28} />
        ))}
        {refusal === null && Array.from({ length: seats }, (_, at) => <span key={at} class={style["seat"]} />)}
      </span>
      <span>
        {approvedBy.length > 0 ? <Sentence of={t.approvedBy} people={namesOf(approvedBy)} /> : t.nobody}
        {refusal === null && <> · {missing > 0 ? t.more({ count: missing }) : t.enough}</>}
      </span>
      {declinedBy.length > 0 && (
        <span>
          <Sentence of={t.declinedBy} people={namesOf(declinedBy)} />
        </span>
      )}
    </div>
  );
}

function namesOf(people: readonly NamedPerson[]): ComponentChildren {
  return people.map(({ person, name, tag, isYou }, at) => [
    at > 0 && ", ",
    <PersonName key={person.join()} name={name} tag={tag} isYou={isYou} />,
  ]);
}

function Answers(props: {
  readonly detail: RoomDetail;
  readonly proposal: RoomProposal;
  readonly isGrave: boolean;
  /** What changes, for the question before a grave yes. */
  readonly children: ComponentChildren;
}): JSX.Element | null {
  const { detail, proposal, isGrave, children } = props;
  const { action, actionHash, by, isAsked, approvedBy, declinedBy, refusal } = proposal;
  const isBusy = useSignal(false);
  const calls = home().room(detail.key);
  const hasDeclined = declinedBy.some(({ isYou }) => isYou);
  const work = (doing: Promise<unknown>) => {
    isBusy.value = true;
    void doing.finally(() => (isBusy.value = false));
  };
  const approve = async () => {
    const body = (
      <>
        <p>
          <ProposedChange of={proposal} in={proposals.asks} />
        </p>
        {children}
      </>
    );
    // RULE: web.power-asks: power over others is never given by one press (attack A92).
    if (isGrave && !(await askToConfirm({ title: t.approveTitle, body, yes: t.approveYes }))) return;
    await carryOut(calls.approve(actionHash), { action, of: plainName(proposal.person?.name ?? ""), isApproval: true });
  };
  if (by.isYou) {
    return (
      <Row>
        <Button busy={isBusy} onClick={() => work(sayNo(calls.withdrawProposal(actionHash)))}>
          {t.withdraw}
        </Button>
      </Row>
    );
  }
  if (isAsked) {
    return (
      <Row>
        <Button tone="primary" busy={isBusy} onClick={() => work(approve())}>
          {t.approve}
        </Button>
        <Button disabled={isBusy} onClick={() => work(sayNo(calls.declineProposal(actionHash)))}>
          {t.decline}
        </Button>
      </Row>
    );
  }
  if (hasDeclined && refusal === null) {
    return (
      <Row>
        <Note>{t.youDeclined}</Note>
        <Button size="small" tone="quiet" busy={isBusy} onClick={() => work(approve())}>
          {t.approveAfterAll}
        </Button>
      </Row>
    );
  }
  return approvedBy.some(({ isYou }) => isYou) ? <Note>{t.youApproved}</Note> : null;
}
