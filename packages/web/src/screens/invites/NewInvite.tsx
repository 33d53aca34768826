import { plainName } from "@conclave/client/pure";
import type { RoomDetail } from "@conclave/client/rpc";
import { type Signal } from "@preact/signals";
import type { JSX } from "preact";
import { Button, Stack } from "../../design/index.js";
import { rooms } from "../../model/home.js";
import { InviteForm } from "./InviteForm.js";
import { may } from "../room/may.js";
import { MadeLink } from "./MadeLink.js";
import type { MadeInvite } from "./makeInvite.js";
import { t } from "./words.js";

export interface NewInviteProps {
  readonly detail: RoomDetail;
  /** What was made; null until it is. */
  readonly made: Signal<MadeInvite | null>;
  readonly onDone: () => void;
}

/** Makes an invite with terms of one's own, and shows its link. */
export function NewInvite({ detail, made, onDone }: NewInviteProps): JSX.Element {
  if (!made.value) {
    return (
      <InviteForm detail={detail} mayRaise={may(detail, "inviteAdmin")} onMade={(invite) => (made.value = invite)} />
    );
  }
  return (
    <Stack gap={4}>
      <MadeLink detail={detail} made={made.value} title={plainName(rooms.value.get(detail.key)?.title ?? "")} />
      <Button wide onClick={onDone}>
        {t.back}
      </Button>
    </Stack>
  );
}
