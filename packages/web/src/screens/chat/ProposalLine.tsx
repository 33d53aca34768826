import type { TimelineProposal } from "@conclave/client";
import type { RoomDetail } from "@conclave/client/rpc";
import { equalBytes } from "@conclave/codec";
import { CircleCheck, CircleSlash, Gavel, Link2, Undo2 } from "lucide-preact";
import type { JSX } from "preact";
import { useContext } from "preact/hooks";
import { Button } from "../../design/Button.js";
import { OpenRoom } from "../proposals/openRoom.js";
import { ProposalCard } from "../proposals/ProposalCard.js";
import { ProposedChange } from "../proposals/ProposedChange.js";
import { proposals } from "../proposals/sayProposed.js";
import { t } from "../proposals/words.js";
import { TimelineLine } from "./TimelineLine.js";

const ICONS = { done: CircleCheck, withdrawn: Undo2, void: CircleSlash, displaced: CircleSlash } as const;

/** What somebody asked the others to agree to: a card while it is open, a line that says what became of it afterwards. */
export function ProposalLine({ proposal }: { readonly proposal: TimelineProposal }): JSX.Element {
  const { actionHash, ending, time } = proposal;
  const detail = useContext(OpenRoom);
  const open = detail?.proposals.find((each) => equalBytes(each.actionHash, actionHash));
  if (ending === null && detail && open) return <ProposalCard detail={detail} proposal={open} time={time} />;
  return (
    <TimelineLine
      kind="proposal"
      icon={ending === null ? Gavel : ICONS[ending]}
      time={time}
      after={ending === "done" && detail && <LinkOf detail={detail} proposal={proposal} />}
    >
      <ProposedChange of={proposal} in={proposals[ending ?? "asks"]} />
    </TimelineLine>
  );
}

/** The link that was asked for, where it is: the person who asked may have left the place where it appeared. */
function LinkOf(props: { readonly detail: RoomDetail; readonly proposal: TimelineProposal }): JSX.Element | null {
  const { detail, proposal } = props;
  const { action } = proposal;
  if (action.type !== "createInvite") return null;
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
