import type { InviteId } from "@conclave/client/pure";
import type { RoomDetail } from "@conclave/client/rpc";
import { equalBytes } from "@conclave/codec";
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { Banner } from "../../design/index.js";
import { LinkView } from "./LinkView.js";
import { linkOf, type MadeInvite } from "./makeInvite.js";
import { t } from "./words.js";

export interface MadeLinkProps {
  readonly detail: RoomDetail | null;
  readonly made: MadeInvite;
  readonly title: string;
}

/** The link of an invite that was made just now: at once, or as soon as the others have agreed to it. */
export function MadeLink({ detail, made, title }: MadeLinkProps): JSX.Element {
  const { inviteId, mode, waits } = made;
  const link = useSignal(made.link);
  const isSame = (other: InviteId) => equalBytes(other, inviteId);
  const isAgreed = detail?.invitations.some((each) => isSame(each.inviteId)) === true;
  const proposal = detail?.proposals.find(
    ({ action }) => action.type === "createInvite" && isSame(action.invite.inviteId),
  );
  useEffect(() => {
    if (link.peek() !== null || !detail || !isAgreed) return;
    void linkOf(detail.key, inviteId).then(
      (found) => (link.value = found),
      () => undefined,
    );
  }, [isAgreed]);
  if (link.value !== null) {
    return (
      <>
        <Banner tone="success" title={t.made} />
        <LinkView link={link.value} title={title} mode={mode} />
      </>
    );
  }
  const missing = proposal ? proposal.need - proposal.approvedBy.length : waits ? waits.need - waits.have : 1;
  return (
    <Banner tone="info" title={t.proposed({ missing: Math.max(1, missing) })}>
      {t.proposedText}
    </Banner>
  );
}
