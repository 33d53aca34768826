import type { RoomMember } from "@conclave/client";
import { isGone, plainName } from "@conclave/client/pure";
import type { RoomSummary } from "@conclave/client/remote";
import { useSignal } from "@preact/signals";
import { LogOut, Trash2, UsersRound } from "lucide-preact";
import type { JSX } from "preact";
import { href } from "../../app/route.js";
import { Banner, Button, Card, confirm, ListRow, Note, Row, Spinner, Stack, toast } from "../../design/index.js";
import { home } from "../../model/home.js";
import { sayProblem } from "../../words/problem.js";
import { forgetRoom } from "../rooms/forgetRoom.js";
import { t } from "./words.js";

/** The way out of a room, and after that, out of this device. */
export function Leaving(props: {
  readonly room: RoomSummary;
  readonly members: readonly RoomMember[];
}): JSX.Element | null {
  const { room, members } = props;
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
  const owners = members.filter(({ role }) => role === "owner");
  if (members.length > 1 && owners.length === 1 && owners[0]!.isYou) {
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
    const yes = await confirm({
      title: t.leaveTitle(plainName(room.title)),
      body: <p>{members.length > 1 ? t.leaveText : t.leaveAloneText}</p>,
      yes: t.leaveYes,
      danger: true,
    });
    if (!yes) return;
    isBusy.value = true;
    const left = await home()
      .room(room.key)
      .leave()
      .catch(() => null);
    isBusy.value = false;
    if (left?.ok !== true) toast({ text: sayProblem(left?.problem ?? { kind: "closed" }), tone: "danger" });
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
