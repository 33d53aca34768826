import { usualMode } from "@conclave/client/pure";
import { UserRoundPlus } from "lucide-preact";
import type { JSX } from "preact";
import { go } from "../../app/route.js";
import { Button } from "../../design/Button.js";
import { EmptyState } from "../../design/EmptyState.js";
import { useRoomDetail } from "../../model/roomPanels.js";
import { useChat } from "./chatContext.js";
import type { ChatRow } from "./rows.js";
import { t } from "./words.js";

/** In place of messages where nobody has written yet: what to do, which is to invite people where one is alone. */
export function Beginning({
  rows,
  mayInvite,
}: {
  readonly rows: readonly ChatRow[];
  readonly mayInvite: boolean;
}): JSX.Element {
  const { key, people } = useChat();
  const policy = useRoomDetail(key).value?.policy ?? null;
  if (rows.some(isOwnReturn)) return <EmptyState title={t.cameBack}>{t.cameBackText}</EmptyState>;
  const isNewcomer = people.members.some(({ isYou, joinedSeq }) => isYou && joinedSeq > 0);
  if (isNewcomer) return <EmptyState title={t.joined}>{t.joinedText}</EmptyState>;
  if (people.members.length !== 1) return <EmptyState title={t.empty}>{t.emptyText}</EmptyState>;
  const invite = () => go({ at: "room", key, panel: "invites", item: null });
  return (
    <EmptyState
      icon={UserRoundPlus}
      title={t.alone}
      actions={
        mayInvite && (
          <Button tone="primary" icon={UserRoundPlus} onClick={invite}>
            {t.invite}
          </Button>
        )
      }
    >
      {!mayInvite ? t.emptyText : usualMode(policy) === "ask" ? t.aloneTextAsk : t.aloneText}
    </EmptyState>
  );
}

/** By the recovery words: what was here before is not in this browser. */
function isOwnReturn(row: ChatRow): boolean {
  return row.kind === "decision" && row.decision.action.type === "return" && row.decision.by.isYou;
}
