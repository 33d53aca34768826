import type { RoomDetail, RoomSummary } from "@conclave/client/rpc";
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { hostOf, mayConnect, readSite } from "../../app/site.js";
import { askToConfirm, Button, Card, Field, Note, Row, Stack, useFault } from "../../design/index.js";
import { t as common } from "../../design/words.js";
import { home } from "../../model/home.js";
import { carryOut } from "../room/carryOut.js";
import { may } from "../room/may.js";
import style from "./roomSettings.module.css";
import { t } from "./words.js";

/** The servers that keep a copy of the room, and more of them by those who may change its rules. */
export function MirrorsCard({
  room,
  detail,
}: {
  readonly room: RoomSummary;
  readonly detail: RoomDetail;
}): JSX.Element | null {
  const isAdding = useSignal(false);
  const isBusy = useSignal(false);
  const address = useSignal("");
  const permit = useSignal("");
  const fault = useFault(address);
  const { mirrors } = detail;
  const canChange = may(detail, "setPolicy");
  if (!canChange && mirrors.length === 0) return null;
  const action = { type: "setMirrors", mirrors: [] } as const;
  const add = async () => {
    const relay = address.value.trim();
    const host = hostOf(relay);
    if (host === null) fault.value = t.moveNoAddress;
    else if (!mayConnect(relay, await readSite())) fault.value = t.moveForbidden({ host });
    if (host === null || fault.value !== null || isBusy.value) return;
    isBusy.value = true;
    const given = new TextEncoder().encode(permit.value.trim());
    const added = home()
      .room(room.key)
      .addMirror(given.length > 0 ? { relay, permit: given } : { relay });
    if (await carryOut(added, { action })) isAdding.value = false;
    isBusy.value = false;
  };
  const end = async (mirror: string) => {
    const host = hostOf(mirror) ?? mirror;
    const question = { title: t.endMirrorTitle({ host }), body: t.endMirrorText, yes: t.endMirror };
    if (await askToConfirm(question)) await carryOut(home().room(room.key).removeMirror(mirror), { action });
  };
  return (
    <Card title={t.mirrors} level={3}>
      {mirrors.length === 0 && <p>{t.mirrorsNone}</p>}
      {mirrors.map((mirror) => (
        <Row key={mirror}>
          <span class={style["host"]}>{hostOf(mirror) ?? mirror}</span>
          {canChange && (
            <Button size="small" onClick={() => void end(mirror)}>
              {t.endMirror}
            </Button>
          )}
        </Row>
      ))}
      <Note>{t.mirrorsText}</Note>
      {canChange && !isAdding.value && (
        <Row>
          <Button size="small" onClick={() => (isAdding.value = true)}>
            {t.addMirror}
          </Button>
        </Row>
      )}
      {isAdding.value && (
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void add();
          }}
        >
          <Stack gap={3}>
            <Field
              label={t.addMirrorTo}
              value={address}
              error={fault}
              type="url"
              placeholder="wss://mirror.example.org"
              mono
              autofocus
            />
            <Field label={t.movePermit} value={permit} mono />
            <Row>
              <Button type="submit" tone="primary" size="small" busy={isBusy}>
                {t.addMirror}
              </Button>
              <Button size="small" onClick={() => (isAdding.value = false)}>
                {common.cancel}
              </Button>
            </Row>
          </Stack>
        </form>
      )}
    </Card>
  );
}
