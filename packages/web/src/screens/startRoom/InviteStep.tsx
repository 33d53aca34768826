import type { RoomKey } from "@conclave/client/remote";
import { useSignal } from "@preact/signals";
import { MessageCircle } from "lucide-preact";
import type { JSX } from "preact";
import { Banner, Button } from "../../design/index.js";
import { InviteForm } from "../invites/InviteForm.js";
import { LinkView } from "../invites/LinkView.js";
import type { MadeInvite } from "../invites/makeInvite.js";
import { TaskPage } from "../welcome/TaskPage.js";
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
  return (
    <TaskPage
      title={t.inviteTitle}
      lead={t.inviteLead}
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
      {!made.value ? (
        <InviteForm room={room} isFirst onMade={(invite) => (made.value = invite)} />
      ) : made.value.link !== null ? (
        <LinkView link={made.value.link} title={title} />
      ) : (
        <Banner tone="info" title={t.inviteAgree} />
      )}
    </TaskPage>
  );
}
