import type { RoomInvite } from "@conclave/client";
import { plainName } from "@conclave/client/pure";
import type { RoomDetail } from "@conclave/client/rpc";
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { Button, askToConfirm, Note, Row, Stack } from "../../design/index.js";
import { home, rooms } from "../../model/home.js";
import { now } from "../../app/now.js";
import { date } from "../../words/when.js";
import { carryOut } from "../room/carryOut.js";
import { Sentence } from "../room/Sentence.js";
import style from "./invites.module.css";
import { LinkView } from "./LinkView.js";
import { linkOf } from "./makeInvite.js";
import { t } from "./words.js";

export interface InviteCardProps {
  readonly detail: RoomDetail;
  readonly invitation: RoomInvite;
  /** This person may withdraw it. */
  readonly may: boolean;
}

/** One invite: what it is for, how far it is used, how long it works; its link on request. */
export function InviteCard({ detail, invitation, may }: InviteCardProps): JSX.Element {
  const { inviteId, label, createdBy, isOpen, hasLink, trouble } = invitation;
  // A link is a secret: nobody who looks over a shoulder sees it before it is asked for.
  const link = useSignal<string | null>(null);
  const calls = home().room(detail.key);
  const room = rooms.value.get(detail.key);
  const show = async () => {
    link.value = await linkOf(detail.key, inviteId).catch(() => null);
  };
  const revoke = async () => {
    const name = plainName(label ?? createdBy.name);
    const isMeant = await askToConfirm({
      title: t.revokeTitle({ label: name }),
      body: t.revokeText,
      yes: t.revoke,
      danger: true,
    });
    if (isMeant) {
      const action = { type: "revokeInvite", inviteId } as const;
      await carryOut(calls.decide(action), { action });
    }
  };
  return (
    <article class={style["invite"]}>
      <Stack gap={2}>
        <h4 class={style["label"]}>
          {label === null ? (
            <Sentence of={t.unnamed} by={<bdi>{plainName(createdBy.name)}</bdi>} />
          ) : (
            <bdi>{plainName(label) || t.mine}</bdi>
          )}
        </h4>
        <Note>{terms(invitation)}</Note>
        {isOpen && (
          <Row>
            {hasLink &&
              (link.value === null ? (
                <Button size="small" onClick={() => void show()}>
                  {t.show}
                </Button>
              ) : (
                <Button size="small" onClick={() => (link.value = null)}>
                  {t.hide}
                </Button>
              ))}
            {may && (
              <Button size="small" tone="quiet" onClick={() => void revoke()}>
                {t.revoke}
              </Button>
            )}
          </Row>
        )}
        {trouble !== null && <Note>{t[trouble === "rules" ? "noUseRules" : "noUseClosed"]}</Note>}
        {isOpen && !hasLink && createdBy.isYou && <Note>{t.noLink}</Note>}
        {link.value !== null && (
          <LinkView
            link={link.value}
            title={plainName(room?.title ?? "")}
            mode={invitation.limit === null ? "keys" : invitation.mode}
          />
        )}
      </Stack>
    </article>
  );
}

/** "2 of 10 used · until 3 May · somebody has to let them in". */
function terms({ uses, limit, notAfter, isRevoked, isOpen, mode, role }: RoomInvite): string {
  const isOver = notAfter !== null && notAfter < now.value;
  return [
    limit === null ? t.usesListed({ uses }) : t.uses({ uses, limit }),
    isRevoked ? t.revoked : !isOpen && isOver ? t.expired : !isOpen ? t.used : null,
    isOpen && notAfter !== null ? t.expires({ date: date(notAfter) }) : null,
    mode === "ask" ? t.asks : mode === "auto" ? t.autos : null,
    role === "member" ? null : t.as({ role: t[role] }),
  ]
    .filter((part) => part !== null)
    .join(" · ");
}
