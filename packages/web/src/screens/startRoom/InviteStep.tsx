import { usualMode } from "@conclave/client/pure";
import type { RoomKey } from "@conclave/client/rpc";
import { useSignal } from "@preact/signals";
import { MessageCircle } from "lucide-preact";
import type { JSX } from "preact";
import { Button, Skeleton } from "../../design/index.js";
import { useRoomDetail } from "../../model/roomPanels.js";
import { InviteForm } from "../invites/InviteForm.js";
import { MadeLink } from "../invites/MadeLink.js";
import type { MadeInvite } from "../invites/makeInvite.js";
import { TaskPage } from "../../frame/TaskPage.js";
import { t } from "./words.js";

export interface InviteStepProps {
  readonly step: string;
  readonly room: RoomKey;
  readonly title: string;
  readonly onDone: () => void;
}

/** The first invite of a new room: a link and a QR code. */
export function InviteStep({ step, room, title, onDone }: InviteStepProps): JSX.Element {
  const made = useSignal<MadeInvite | null>(null);
  const isMade = made.value !== null;
  const detail = useRoomDetail(room).value;
  const isAsking = usualMode(detail?.policy ?? null) === "ask";
  return (
    <TaskPage
      title={t.inviteTitle}
      lead={isAsking ? t.inviteLeadAsk : t.inviteLead}
      step={step}
      actions={
        isMade ? (
          <Button size="large" icon={MessageCircle} onClick={onDone}>
            {t.openRoom}
          </Button>
        ) : (
          <Button tone="quiet" onClick={onDone}>
            {t.skip}
          </Button>
        )
      }
    >
      {!detail ? (
        <Skeleton rows={2} />
      ) : made.value ? (
        <MadeLink detail={detail} made={made.value} title={title} />
      ) : (
        <InviteForm detail={detail} isFirst onMade={(invite) => (made.value = invite)} />
      )}
    </TaskPage>
  );
}
