import type { NamedPerson, RoomProposal } from "@conclave/client";
import { plainName } from "@conclave/client/pure";
import type { RoomDetail } from "@conclave/client/rpc";
import { toHex } from "@conclave/codec";
import { useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { go } from "../../app/route.js";
import { Button, classes, Note, PersonName, Row } from "../../design/index.js";
import { Council, type CouncilSeat, MOST_SEATS } from "../../design/Council.js";
import { home, rooms } from "../../model/home.js";
import { sayProblem } from "../../words/problem.js";
import { clockTime, fullTime } from "../../words/when.js";
import { carryOut, sayNo } from "../room/carryOut.js";
import { Sentence } from "../room/Sentence.js";
import { Changes } from "./Changes.js";
import { askToApprove, changesIn, isReadable } from "./approving.js";
import type { ChangeRow } from "./changeRows.js";
import style from "./proposals.module.css";
import { proposals } from "./sayProposed.js";
import { t } from "./words.js";
import { ProposedChange } from "./ProposedChange.js";

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
  const changes = changesIn(detail, action, person);
  return (
    <article class={classes(style["card"], inPanel && style["inPanel"], isAsked && style["asked"])} data-proposal>
      <div class={style["parts"]}>
        <span class={style["council"]}>
          <Council seats={seatsOf(proposal)} middle={{ have: proposal.approvedBy.length, need: needOf(proposal) }} />
        </span>
        <div class={style["body"]}>
          <p class={style["title"]}>
            <ProposedChange of={proposal} in={proposals.asks} />
            {time !== undefined && (
              <time class={style["time"]} title={fullTime(time)}>
                {clockTime(time)}
              </time>
            )}
          </p>
          <Agreed proposal={proposal} />
        </div>
        <div class={style["rest"]}>
          <Changes rows={changes} />
          {refusal && (
            <Note>
              {t.dead} {sayProblem({ kind: "refused", rejection: refusal })}
            </Note>
          )}
          {room?.status.standing === "member" && <Answers detail={detail} proposal={proposal} changes={changes} />}
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
        </div>
      </div>
    </article>
  );
}

/** Whether our person has approved it, or is asked to: then their approval can go around the server. */
function mayGive({ by, isAsked, approvedBy, refusal }: RoomProposal): boolean {
  return refusal === null && (by.isYou || isAsked || approvedBy.some(({ isYou }) => isYou));
}

/** How many must agree; null where nobody's approval is enough. */
function needOf({ need, approvedBy }: RoomProposal): number | null {
  return Number.isFinite(need) ? Math.max(need, approvedBy.length) : null;
}

// Those who have agreed, then ours where it is asked for, then the rest.
function seatsOf(proposal: RoomProposal): CouncilSeat[] {
  const { approvedBy, isAsked } = proposal;
  const taken = approvedBy.map(({ person }): CouncilSeat => ({ is: "person", person }));
  if (proposal.refusal !== null) return taken;
  const open = Math.max(1, (needOf(proposal) ?? 0) - taken.length);
  const free = Array.from({ length: open }, (): CouncilSeat => ({ is: "empty" }));
  if (isAsked) free[0] = { is: "yours", text: t.yourSeat };
  // With more seats than are drawn the last one stays open: the ring is not closed before all have agreed.
  return [...taken.slice(0, MOST_SEATS - 1), ...free].slice(0, MOST_SEATS);
}

/** Who has said yes, and how many more it takes. */
function Agreed({ proposal }: { readonly proposal: RoomProposal }): JSX.Element {
  const { approvedBy, declinedBy, refusal } = proposal;
  const need = needOf(proposal);
  const missing = Math.max(0, (need ?? 0) - approvedBy.length);
  return (
    <div class={style["agreed"]}>
      <span>
        {approvedBy.length > 0 ? <Sentence of={t.approvedBy} people={namesOf(approvedBy)} /> : t.nobody}
        {refusal === null && need !== null && <> · {missing > 0 ? t.more({ count: missing }) : t.enough}</>}
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
  readonly changes: readonly ChangeRow[];
}): JSX.Element | null {
  const { detail, proposal, changes } = props;
  const { action, actionHash, by, isAsked, approvedBy, declinedBy, refusal } = proposal;
  const isBusy = useSignal(false);
  const calls = home().room(detail.key);
  const hasDeclined = declinedBy.some(({ isYou }) => isYou);
  const work = (doing: Promise<unknown>) => {
    isBusy.value = true;
    void doing.finally(() => (isBusy.value = false));
  };
  const approve = async () => {
    if (!(await askToApprove(changes, <ProposedChange of={proposal} in={proposals.asks} />))) return;
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
  if (isAsked && !isReadable(changes)) {
    return (
      <Row>
        <Note>{t.unshown}</Note>
        <Button disabled={isBusy} onClick={() => work(sayNo(calls.declineProposal(actionHash)))}>
          {t.decline}
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
  if (hasDeclined && refusal === null && isReadable(changes)) {
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
