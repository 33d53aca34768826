import type { RoomProposal } from "@conclave/client";
import type { RoomDetail, RoomKey } from "@conclave/client/rpc";
import { equalBytes } from "@conclave/codec";
import { UserRoundPlus } from "lucide-preact";
import type { JSX } from "preact";
import { go } from "../../app/route.js";
import { Button, Card, PaneBody, PaneHeader, Skeleton, Stack } from "../../design/index.js";
import { useRequests, useRoomDetail } from "../../model/roomPanels.js";
import { ProposalCard } from "../proposals/ProposalCard.js";
import { may } from "../room/may.js";
import { MemberList } from "./MemberList.js";
import { PersonPage } from "./PersonPage.js";
import { ConfirmedBy } from "./ConfirmedBy.js";
import { RequestCard } from "./RequestCard.js";
import { t } from "./words.js";

/** Who is here and why; who asks to come in; what waits for a yes. With an item: one person. */
export function PeoplePanel({
  roomKey,
  item,
}: {
  readonly roomKey: RoomKey;
  readonly item: string | null;
}): JSX.Element {
  const detail = useRoomDetail(roomKey).value;
  if (item !== null && detail) return <PersonPage detail={detail} item={item} />;
  const checked = detail?.members.filter((member) => member.checked !== null).length ?? 0;
  const count = detail ? t.count({ count: detail.members.length }) : "";
  return (
    <>
      <PaneHeader
        title={t.title}
        subtitle={checked > 0 ? `${count} · ${t.checkedCount({ count: checked })}` : count}
        actions={
          detail &&
          may(detail, "invite") && (
            <Button
              size="small"
              tone="quiet"
              icon={UserRoundPlus}
              onClick={() => go({ at: "room", key: roomKey, panel: "invites", item: null })}
            >
              {t.invite}
            </Button>
          )
        }
        onClose={() => go({ at: "room", key: roomKey, panel: null, item: null })}
      />
      <ConfirmedBy roomKey={roomKey} />
      <PaneBody flush>{detail ? <People detail={detail} /> : <Skeleton rows={6} />}</PaneBody>
    </>
  );
}

function People({ detail }: { readonly detail: RoomDetail }): JSX.Element {
  const { key, proposals } = detail;
  const requests = useRequests(key).value ?? [];
  // A request that somebody has proposed to admit is shown as the request.
  const isRequest = ({ action }: RoomProposal) =>
    action.type === "add" &&
    requests.some((each) => each.action.type === "add" && equalBytes(each.action.leafCert, action.leafCert));
  const others = proposals.filter((proposal) => !isRequest(proposal));
  return (
    <Stack gap={4}>
      {requests.length > 0 && (
        <Card title={t.waiting} level={3} flush>
          {requests.map((request) => (
            <RequestCard key={request.id} detail={detail} request={request} />
          ))}
        </Card>
      )}
      {others.length > 0 && (
        <Card title={t.open} level={3} flush>
          {others.map((proposal) => (
            <ProposalCard key={proposal.actionHash.join()} detail={detail} proposal={proposal} inPanel />
          ))}
        </Card>
      )}
      <MemberList detail={detail} />
    </Stack>
  );
}
