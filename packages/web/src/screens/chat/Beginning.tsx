import { usualMode } from "@conclave/client/pure";
import { UserRoundPlus } from "lucide-preact";
import type { JSX } from "preact";
import { go } from "../../app/route.js";
import { Button } from "../../design/Button.js";
import { EmptyState } from "../../design/EmptyState.js";
import { useRoomDetail } from "../../model/roomPanels.js";
import { useChat } from "./chatContext.js";
import { t } from "./words.js";

/** In place of messages where nobody has written yet: what to do, which is to invite people where one is alone. */
export function Beginning({ mayInvite }: { readonly mayInvite: boolean }): JSX.Element {
  const { key, people } = useChat();
  const policy = useRoomDetail(key).value?.policy ?? null;

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
