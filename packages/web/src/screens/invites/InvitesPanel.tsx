import type { RoomDetail, RoomKey } from "@conclave/client/remote";
import { useSignal } from "@preact/signals";
import { Link2, Plus } from "lucide-preact";
import type { JSX } from "preact";
import { go } from "../../app/route.js";
import { Button, Card, EmptyState, Note, PaneBody, PaneHeader, Skeleton, Stack } from "../../design/index.js";
import { useRoomDetail } from "../../model/roomPanels.js";
import { mayBegin } from "../people/mayBegin.js";
import { InviteCard } from "./InviteCard.js";
import { NewInvite } from "./NewInvite.js";
import { t } from "./words.js";

/** A room's invites: what is open, what is over, and a new one. */
export function InvitesPanel({ roomKey }: { readonly roomKey: RoomKey }): JSX.Element {
  const detail = useRoomDetail(roomKey).value;
  const isNew = useSignal(false);
  return (
    <>
      <PaneHeader
        title={isNew.value ? t.new : t.title}
        {...(isNew.value ? { onBack: () => (isNew.value = false) } : {})}
        onClose={() => go({ at: "room", key: roomKey, panel: null, item: null })}
      />
      <PaneBody>
        {!detail ? (
          <Skeleton rows={3} />
        ) : isNew.value ? (
          <NewInvite detail={detail} onDone={() => (isNew.value = false)} />
        ) : (
          <Invites detail={detail} onNew={() => (isNew.value = true)} />
        )}
      </PaneBody>
    </>
  );
}

function Invites({ detail, onNew }: { readonly detail: RoomDetail; readonly onNew: () => void }): JSX.Element {
  const { invitations, members, policy } = detail;
  const role = members.find(({ isYou }) => isYou)?.role ?? null;
  const may = mayBegin(policy, "invite", role);
  const open = invitations.filter(({ isOpen }) => isOpen);
  const over = invitations.filter(({ isOpen }) => !isOpen);
  const make = may && (
    <Button wide tone={open.length > 0 ? "secondary" : "primary"} icon={Plus} onClick={onNew}>
      {t.new}
    </Button>
  );
  if (invitations.length === 0)
    return (
      <EmptyState icon={Link2} title={t.none} actions={make}>
        {may ? t.noneText : t.noneMay}
      </EmptyState>
    );
  return (
    <Stack gap={4}>
      <Note>{may ? t.lead : t.noneMay}</Note>
      {make}
      {open.length > 0 && (
        <Card title={t.open} level={3} flush>
          {open.map((invitation) => (
            <InviteCard key={invitation.inviteId.join()} detail={detail} invitation={invitation} may={may} />
          ))}
        </Card>
      )}
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
