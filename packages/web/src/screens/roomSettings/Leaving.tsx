import type { RoomMember } from "@conclave/client";
import { isGone, isLastOwner } from "@conclave/client/pure";
import type { RoomSummary } from "@conclave/client/rpc";
import { useSignal } from "@preact/signals";
import { LogOut, Trash2, UsersRound } from "lucide-preact";
import type { JSX } from "preact";
import { href } from "../../app/route.js";
import { Banner, Button, Card, ListRow, Note, Row, Spinner, Stack } from "../../design/index.js";
import { forgetRoom } from "../rooms/forgetRoom.js";
import { leaveRoom } from "../rooms/leaveRoom.js";
import { t } from "./words.js";

/** The way out of a room, and after that, out of this device. */
export function Leaving(props: {
  readonly room: RoomSummary;
  readonly members: readonly RoomMember[];
  readonly isSealed: boolean;
}): JSX.Element | null {
  const { room, members, isSealed } = props;
  const isBusy = useSignal(false);
  if (isGone(room.status.standing)) {
    return (
      <Stack gap={3}>
        <Note>{t.isOut}</Note>
        <Button wide tone="danger" icon={Trash2} onClick={() => void forgetRoom(room)}>
          {t.forget}
        </Button>
      </Stack>
    );
  }
  if (room.status.standing !== "member") return null;
  if (isLastOwner(members, isSealed)) {
    return (
      <Banner tone="info" title={t.lastOwner}>
        <Stack gap={2}>
          <p>{t.lastOwnerText}</p>
          <Row>
            <Button
              size="small"
              icon={UsersRound}
              href={href({ at: "room", key: room.key, panel: "people", item: null })}
            >
              {t.toPeople}
            </Button>
          </Row>
        </Stack>
      </Banner>
    );
  }
  const leave = async () => {
    if (isBusy.value) return;
    isBusy.value = true;
    await leaveRoom(room);
    isBusy.value = false;
  };
  return (
    <Card flush>
      <ListRow
        danger
        picture={isBusy.value ? <Spinner size={20} /> : <LogOut size={20} aria-hidden="true" />}
        title={t.leave}
        onClick={() => void leave()}
      />
    </Card>
  );
}
