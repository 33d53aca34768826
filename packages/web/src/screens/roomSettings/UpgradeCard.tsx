import type { NamedPerson, RoomVersion } from "@conclave/client";
import { plainName } from "@conclave/client/pure";
import type { RoomSummary } from "@conclave/client/rpc";
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { Button, Card, Dialog, Note, Row, Stack } from "../../design/index.js";
import { t as common } from "../../design/words.js";
import { home } from "../../model/home.js";
import { intl } from "../../words/say.js";
import { carryOut } from "../room/carryOut.js";
import { t } from "./words.js";

/** Moves the room to its next version, for those who may: asked for with the names of those whose apps would wait. */
export function UpgradeCard(props: {
  readonly room: RoomSummary;
  readonly of: RoomVersion | null;
}): JSX.Element | null {
  const { room, of } = props;
  const isOpen = useSignal(false);
  const isBusy = useSignal(false);
  if (of?.next == null || of.can === "no") return null;
  const { next, behind, unknown } = of;
  const version = String(next);
  const upgrade = async () => {
    const action = { type: "upgrade", version: next } as const;
    isBusy.value = true;
    const isUnderWay = await carryOut(home().room(room.key).decide(action), { action });
    isBusy.value = false;
    if (isUnderWay) isOpen.value = false;
  };
  return (
    <Card title={t.upgrade} level={3}>
      <Stack gap={3}>
        <Note>{t.upgradeText({ version })}</Note>
        <Row>
          <Button size="small" onClick={() => (isOpen.value = true)}>
            {t.upgradeDo({ version })}
          </Button>
        </Row>
      </Stack>
      <Dialog
        open={isOpen}
        onClose={() => (isOpen.value = false)}
        title={t.upgradeTitle({ version })}
        actions={
          <>
            <Button onClick={() => (isOpen.value = false)}>{common.cancel}</Button>
            <Button tone="danger" busy={isBusy} onClick={() => void upgrade()}>
              {t.upgradeYes}
            </Button>
          </>
        }
      >
        <Stack gap={4}>
          {behind.length > 0 && <p>{t.upgradeBehind({ people: listed(behind), count: behind.length })}</p>}
          {unknown.length > 0 && <p>{t.upgradeUnknown({ people: listed(unknown) })}</p>}
          <p>{t.upgradeWaits}</p>
        </Stack>
      </Dialog>
    </Card>
  );
}

function listed(people: readonly NamedPerson[]): string {
  const list = intl("list conjunction", (tag) => new Intl.ListFormat(tag, { type: "conjunction" }));
  return list.format(people.map(({ name }) => plainName(name)));
}
