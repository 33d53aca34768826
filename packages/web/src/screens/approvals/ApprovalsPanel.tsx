import type { RoomKey } from "@conclave/client/rpc";
import { toHex } from "@conclave/codec";
import type { JSX } from "preact";
import { go } from "../../app/route.js";
import { Note, PaneBody, PaneHeader, Skeleton } from "../../design/index.js";
import { useRoomDetail } from "../../model/roomPanels.js";
import { ApprovalExport } from "./ApprovalExport.js";
import { ApprovalImport } from "./ApprovalImport.js";
import { t } from "./words.js";

/** Approvals beside the server: with a proposal's id our own to give away, without one those of others to count. */
export function ApprovalsPanel(props: { readonly roomKey: RoomKey; readonly item: string | null }): JSX.Element {
  const { roomKey, item } = props;
  const detail = useRoomDetail(roomKey).value;
  const proposal = detail?.proposals.find(({ actionHash }) => toHex(actionHash) === item);
  return (
    <>
      <PaneHeader
        title={item === null ? t.count : t.give}
        onBack={() => go({ at: "room", key: roomKey, panel: item === null ? "room" : "people", item: null })}
        onClose={() => go({ at: "room", key: roomKey, panel: null, item: null })}
      />
      <PaneBody>
        {!detail ? (
          <Skeleton rows={6} />
        ) : item === null ? (
          <ApprovalImport roomKey={roomKey} />
        ) : proposal ? (
          <ApprovalExport key={item} detail={detail} proposal={proposal} />
        ) : (
          <Note>{t.gone}</Note>
        )}
      </PaneBody>
    </>
  );
}
