import type { TimelineProposal } from "@conclave/client";
import { CircleCheck, CircleSlash, Gavel, Undo2 } from "lucide-preact";
import type { JSX } from "preact";
import { useContext } from "preact/hooks";
import { OpenRoom } from "../proposals/openRoom.js";
import { ProposalCard } from "../proposals/ProposalCard.js";
import { Wish } from "../proposals/Wish.js";
import { wishes } from "../proposals/wishWords.js";
import { t } from "../proposals/words.js";
import { Line } from "./Line.js";

const ICONS = { done: CircleCheck, withdrawn: Undo2, void: CircleSlash } as const;

/** What somebody asked the others to agree to: a card while it is open, a line that says what became of it afterwards. */
export function ProposalLine({ proposal }: { readonly proposal: TimelineProposal }): JSX.Element {
  const { actionHash, ending, time } = proposal;
  const detail = useContext(OpenRoom);
  const open = detail?.proposals.find((each) => each.actionHash.join() === actionHash.join());
  if (ending === null && detail && open) return <ProposalCard detail={detail} proposal={open} time={time} />;
  return (
    <Line kind="proposal" icon={ending === null ? Gavel : ICONS[ending]} time={time}>
      <Wish of={proposal} text={ending === null ? wishes.asks : t[ending]} />
    </Line>
  );
}
