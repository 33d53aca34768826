import { equalBytes } from "@conclave/codec";
import { CircleSlash, Gavel, Undo2 } from "lucide-preact";
import type { JSX } from "preact";
import { useContext } from "preact/hooks";
import { lazy } from "../../frame/Lazy.js";
import { OpenRoom } from "../proposals/openRoom.js";
import { ProposedChange } from "../proposals/ProposedChange.js";
import { proposals } from "../proposals/sayProposed.js";
import type { ShownProposal } from "./rows.js";
import { TimelineLine } from "./TimelineLine.js";

// Few conversations have an open proposal.
const ProposalCard = lazy(() => import("../proposals/ProposalCard.js").then((m) => m.ProposalCard));

const ICONS = { withdrawn: Undo2, void: CircleSlash, displaced: CircleSlash } as const;

/** What somebody asked the others to agree to: a card while it is open, a line that says what became of it afterwards. */
export function ProposalLine({ proposal }: { readonly proposal: ShownProposal }): JSX.Element {
  const { actionHash, ending, time } = proposal;
  const detail = useContext(OpenRoom);
  const open = detail?.proposals.find((each) => equalBytes(each.actionHash, actionHash));
  if (ending === null && detail && open) return <ProposalCard detail={detail} proposal={open} time={time} />;
  return (
    <TimelineLine kind="proposal" icon={ending === null ? Gavel : ICONS[ending]} time={time}>
      <ProposedChange of={proposal} in={proposals[ending ?? "asks"]} />
    </TimelineLine>
  );
}
