import { usualMode } from "@conclave/client/pure";
import type { RoomDetail, RoomKey } from "@conclave/client/rpc";
import { useSignal } from "@preact/signals";
import { Link2, Plus } from "lucide-preact";
import type { JSX } from "preact";
import { go } from "../../app/route.js";
import { Button, Card, EmptyState, Note, PaneBody, PaneHeader, Skeleton, Stack, toast } from "../../design/index.js";
import { useRoomDetail } from "../../model/roomPanels.js";
import { sayProblem } from "../../words/problem.js";
import { may } from "../room/may.js";
import { InviteCard } from "./InviteCard.js";
import { makeInvite, type MadeInvite, usualInvite } from "./makeInvite.js";
import { NewInvite } from "./NewInvite.js";
import { SshKeysCard } from "./SshKeysCard.js";
import { RoomAhead } from "./RoomAhead.js";
import { t } from "./words.js";

/** A room's invites: what is open, what is over, and a new one. */
export function InvitesPanel({ roomKey }: { readonly roomKey: RoomKey }): JSX.Element {
  const detail = useRoomDetail(roomKey).value;
  const isNew = useSignal(false);
  const made = useSignal<MadeInvite | null>(null);
  const leave = () => {
    isNew.value = false;
    made.value = null;
  };
  return (
    <>
      <PaneHeader
        title={isNew.value ? t.new : t.title}
        {...(isNew.value ? { onBack: leave } : {})}
        onClose={() => go({ at: "room", key: roomKey, panel: null, item: null })}
      />
      <PaneBody>
        {!detail ? (
          <Skeleton rows={3} />
        ) : isNew.value ? (
          <NewInvite detail={detail} made={made} onDone={leave} />
        ) : (
          <Invites
            detail={detail}
            onNew={() => (isNew.value = true)}
            onMade={(invite) => {
              made.value = invite;
              isNew.value = true;
            }}
          />
        )}
      </PaneBody>
    </>
  );
}

interface InvitesProps {
  readonly detail: RoomDetail;
  readonly onNew: () => void;
  readonly onMade: (made: MadeInvite) => void;
}

function Invites({ detail, onNew, onMade }: InvitesProps): JSX.Element {
  const isBusy = useSignal(false);
  const makeUsual = async () => {
    isBusy.value = true;
    const made = await makeInvite(detail.key, usualInvite(detail.policy));
    isBusy.value = false;
    if (!made.ok) toast({ text: sayProblem(made.error), tone: "danger" });
    else onMade(made.value);
  };
  const { invitations, policy } = detail;
  const mayInvite = may(detail, "invite");
  const open = invitations.filter(({ isOpen }) => isOpen);
  const over = invitations.filter(({ isOpen }) => !isOpen);
  const make = mayInvite && (
    <Stack gap={2}>
      <Button wide tone="primary" icon={Plus} busy={isBusy} onClick={() => void makeUsual()}>
        {t.make}
      </Button>
      <Note>{usualMode(policy) === "ask" ? t.usualAsk : t.usual}</Note>
      <Button wide tone="quiet" onClick={onNew}>
        {t.terms}
      </Button>
    </Stack>
  );
  const keys = (mayInvite || detail.sshKeys.length > 0) && <SshKeysCard detail={detail} may={mayInvite} />;
  if (invitations.length === 0)
    return (
      <>
        <RoomAhead detail={detail} />
        <EmptyState icon={Link2} title={t.none} actions={make}>
          {mayInvite ? t.noneText : t.noneMay}
        </EmptyState>
        {keys}
      </>
    );
  return (
    <Stack gap={4}>
      <RoomAhead detail={detail} />
      <Note>{mayInvite ? t.lead : t.noneMay}</Note>
      {make}
      {open.length > 0 && (
        <Card title={t.open} level={3} flush>
          {open.map((invitation) => (
            <InviteCard key={invitation.inviteId.join()} detail={detail} invitation={invitation} may={mayInvite} />
          ))}
        </Card>
      )}
      {keys}
      {over.length > 0 && (
        <Card title={t.over} level={3} flush>
          {over.map((invitation) => (
            <InviteCard key={invitation.inviteId.join()} detail={detail} invitation={invitation} may={false} />
          ))}
        </Card>
      )}
    </Stack>
  );
}
