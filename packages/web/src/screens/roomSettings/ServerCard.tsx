import type { RoomSummary } from "@conclave/client/rpc";
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { hostOf, mayConnect, readSite } from "../../app/site.js";
import { askToConfirm, Button, Card, Field, Note, Row, Stack, useFault } from "../../design/index.js";
import { t as common } from "../../design/words.js";
import { home } from "../../model/home.js";
import { carryOut } from "../room/carryOut.js";
import style from "./roomSettings.module.css";
import { t } from "./words.js";

/** Where the room is, and another place for it by those who may move it. */
export function ServerCard({ room, may }: { readonly room: RoomSummary; readonly may: boolean }): JSX.Element {
  const isMoving = useSignal(false);
  const isBusy = useSignal(false);
  const address = useSignal("");
  const permit = useSignal("");
  const fault = useFault(address);
  const before = hostOf(room.relay) ?? room.relay;
  const move = async () => {
    const relay = address.value.trim();
    const host = hostOf(relay);
    if (host === null) fault.value = t.moveNoAddress;
    else if (!mayConnect(relay, await readSite())) fault.value = t.moveForbidden({ host });
    if (host === null || fault.value !== null || isBusy.value) return;
    const question = { title: t.moveTitle({ host }), body: t.moveText({ host, before }), yes: t.moveYes };
    if (!(await askToConfirm(question))) return;
    isBusy.value = true;
    const given = new TextEncoder().encode(permit.value.trim());
    const moved = home()
      .room(room.key)
      .move(given.length > 0 ? { relay, permit: given } : { relay });
    const to = { publicKey: new Uint8Array(32), address: relay };
    const action = { type: "setRelay", relay: to, n: 0, logHead: new Uint8Array(32) } as const;
    const isUnderWay = await carryOut(moved, { action });
    isBusy.value = false;
    if (isUnderWay) isMoving.value = false;
  };
  return (
    <Card title={t.server} level={3}>
      <p class={style["host"]}>{before}</p>
      <Note>{t.serverText}</Note>
      {may && !isMoving.value && (
        <Row>
          <Button size="small" onClick={() => (isMoving.value = true)}>
            {t.move}
          </Button>
        </Row>
      )}
      {isMoving.value && (
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void move();
          }}
        >
          <Stack gap={3}>
            <Field
              label={t.moveTo}
              value={address}
              error={fault}
              type="url"
              placeholder="wss://chat.example.org"
              mono
              autofocus
            />
            <Field label={t.movePermit} value={permit} mono />
            <Row>
              <Button type="submit" tone="primary" size="small" busy={isBusy}>
                {t.moveYes}
              </Button>
              <Button size="small" onClick={() => (isMoving.value = false)}>
                {common.cancel}
              </Button>
            </Row>
          </Stack>
        </form>
      )}
    </Card>
  );
}
