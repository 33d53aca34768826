import { plainName } from "@conclave/client/pure";
import type { RoomDetail, RoomKey } from "@conclave/client/rpc";
import { UserRound } from "lucide-preact";
import type { JSX } from "preact";
import { go } from "../../app/route.js";
import { Button, EmptyState, PaneBody, PaneHeader, Skeleton } from "../../design/index.js";
import { useRoomDetail } from "../../model/roomPanels.js";
import { itemOf } from "../people/item.js";
import { Compare } from "./Compare.js";
import { OwnCodes } from "./OwnCodes.js";
import { t } from "./words.js";

/** Comparing: with an item that person's code, without one our own and the room's. */
export function VerifyPanel(props: { readonly roomKey: RoomKey; readonly item: string | null }): JSX.Element {
  const { roomKey, item } = props;
  const detail = useRoomDetail(roomKey).value;
  const member = detail?.members.find(({ person }) => itemOf(person) === item);
  const other = member?.isYou === true ? undefined : member;
  return (
    <>
      <PaneHeader
        title={other ? t.titleOf({ name: plainName(other.name) }) : t.title}
        onBack={() => go({ at: "room", key: roomKey, panel: "people", item: other ? item : null })}
        onClose={() => go({ at: "room", key: roomKey, panel: null, item: null })}
      />
      <PaneBody>
        {!detail ? (
          <Skeleton rows={6} />
        ) : other ? (
          <Compare detail={detail} member={other} />
        ) : item === null || member ? (
          <OwnCodes detail={detail} />
        ) : (
          <Gone detail={detail} />
        )}
      </PaneBody>
    </>
  );
}

function Gone({ detail }: { readonly detail: RoomDetail }): JSX.Element {
  return (
    <EmptyState
      icon={UserRound}
      title={t.gone}
      actions={
        <Button onClick={() => go({ at: "room", key: detail.key, panel: "people", item: null })}>{t.toPeople}</Button>
      }
    />
  );
}
