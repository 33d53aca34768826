import type { RoomDetail, RoomKey, RoomSummary } from "@conclave/client/rpc";
import { BadgeCheck, FileCheck, Gavel, Link2, OctagonAlert } from "lucide-preact";
import type { JSX } from "preact";
import { go, href, type Panel } from "../../app/route.js";
import { Card, Count, type Icon, ListRow, PaneBody, PaneHeader, Skeleton, Stack } from "../../design/index.js";
import { rooms } from "../../model/home.js";
import { useRoomDetail } from "../../model/roomPanels.js";
import { may } from "../room/may.js";
import { ExportCard } from "./ExportCard.js";
import { Leaving } from "./Leaving.js";
import { ReturnCard } from "./ReturnCard.js";
import { RulesCard } from "./RulesCard.js";
import { MirrorsCard } from "./MirrorsCard.js";
import { ServerCard } from "./ServerCard.js";
import { SealCard } from "./SealCard.js";
import { UpgradeCard } from "./UpgradeCard.js";
import { TitleCard } from "./TitleCard.js";
import { t } from "./words.js";

/** A room as a whole: its name, its rules, its server, and the ways out. */
export function RoomPanel({ roomKey }: { readonly roomKey: RoomKey }): JSX.Element {
  const detail = useRoomDetail(roomKey).value;
  const room = rooms.value.get(roomKey);
  return (
    <>
      <PaneHeader title={t.title} onClose={() => go({ at: "room", key: roomKey, panel: null, item: null })} />
      <PaneBody>{detail && room ? <Settings room={room} detail={detail} /> : <Skeleton rows={6} />}</PaneBody>
    </>
  );
}

function Settings({ room, detail }: { readonly room: RoomSummary; readonly detail: RoomDetail }): JSX.Element {
  const { members, policy, isSealed } = detail;
  const isOwner = members.some(({ isYou, role }) => isYou && role === "owner");
  return (
    <Stack gap={4}>
      <TitleCard key={room.title} room={room} may={may(detail, "setTitle")} />
      {policy && <RulesCard detail={detail} policy={policy} may={may(detail, "setPolicy")} />}
      <Card flush>
        <Way room={room} panel="verify" icon={BadgeCheck} title={t.codes} text={t.codesText} />
        <Way room={room} panel="decisions" icon={Gavel} title={t.decisions} text={t.decisionsText} />
        <Way room={room} panel="approvals" icon={FileCheck} title={t.approvals} text={t.approvalsText} />
        <Way room={room} panel="invites" icon={Link2} title={t.invites} text={t.invitesText} />
        <Way
          room={room}
          panel="alarms"
          icon={OctagonAlert}
          title={t.alarms}
          text={t.alarmsText}
          count={room.status.alarms.length}
        />
      </Card>
      <ServerCard key={room.relay} room={room} may={isOwner} />
      <ExportCard room={room} />
      <MirrorsCard room={room} detail={detail} />
      <ReturnCard detail={detail} />
      <UpgradeCard room={room} of={detail.version} />
      {may(detail, "seal") && <SealCard room={room} />}
      <Leaving room={room} members={members} isSealed={isSealed} />
    </Stack>
  );
}

function Way(props: {
  readonly room: RoomSummary;
  readonly panel: Panel;
  readonly icon: Icon;
  readonly title: string;
  readonly text: string;
  readonly count?: number;
}): JSX.Element {
  const { room, panel, icon: Shape, title, text, count = 0 } = props;
  return (
    <ListRow
      href={href({ at: "room", key: room.key, panel, item: null })}
      picture={<Shape size={20} aria-hidden="true" />}
      title={title}
      text={text}
      end={count > 0 ? <Count value={count} label={t.openAlarms({ count })} /> : undefined}
      wrap
      arrow
    />
  );
}
