import { plainName } from "@conclave/client/pure";
import type { RoomDetail } from "@conclave/client/remote";
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { Banner, Button, Stack } from "../../design/index.js";
import { rooms } from "../../model/home.js";
import { InviteForm } from "./InviteForm.js";
import { LinkView } from "./LinkView.js";
import type { MadeInvite } from "./makeInvite.js";
import { t } from "./words.js";

/** Makes an invite, and shows its link. */
export function NewInvite({
  detail,
  onDone,
}: {
  readonly detail: RoomDetail;
  readonly onDone: () => void;
}): JSX.Element {
  const made = useSignal<MadeInvite | null>(null);
  const mayRaise = detail.members.some(({ isYou, role }) => isYou && role !== "member");
  if (!made.value) {
    const take = (invite: MadeInvite) => {
      if (invite.link === null && !invite.waits) onDone();
      else made.value = invite;
    };
    return <InviteForm room={detail.key} mayRaise={mayRaise} onMade={take} />;
  }
  const { link, waits } = made.value;
  return (
    <Stack gap={4}>
      {link !== null ? (
        <>
          <Banner tone="success" title={t.made} />
          <LinkView link={link} title={plainName(rooms.value.get(detail.key)?.title ?? "")} />
        </>
      ) : (
        waits && <Banner tone="info" title={t.proposed(waits.have, waits.need)} />
      )}
      <Button wide onClick={onDone}>
        {t.back}
      </Button>
    </Stack>
  );
}
