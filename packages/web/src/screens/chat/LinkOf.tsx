import type { Decision } from "@conclave/client";
import type { RoomDetail } from "@conclave/client/rpc";
import { equalBytes } from "@conclave/codec";
import { Link2 } from "lucide-preact";
import type { JSX } from "preact";
import { Button } from "../../design/Button.js";
import { t } from "../proposals/words.js";

/**
 * The link that several decided about, where this device has it and it is open: the person who asked for it may have left the
 * place where it appeared.
 */
export function LinkOf(props: { readonly detail: RoomDetail; readonly decision: Decision }): JSX.Element | null {
  const { detail, decision } = props;
  const { action, right } = decision;
  if (action.type !== "createInvite" || right.approvedBy.length === 0) return null;
  const { inviteId } = action.invite;
  const invitation = detail.invitations.find((each) => equalBytes(each.inviteId, inviteId));
  if (!invitation?.hasLink || !invitation.isOpen) return null;
  const copy = () => void import("../invites/copyLink.js").then((m) => m.copyLink(detail.key, inviteId));
  return (
    <Button size="small" icon={Link2} onClick={copy}>
      {t.copyLink}
    </Button>
  );
}
