import type { RoomSummary } from "@conclave/client/rpc";
import { type Signal, useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { hostOf, mayConnect, readSite } from "../../app/site.js";
import { askToConfirm, Button, Card, Field, Note, Row, Stack, useFault } from "../../design/index.js";
import { toast } from "../../design/Toast.js";
import { t as common } from "../../design/words.js";
import { home } from "../../model/home.js";
import { sayProblem } from "../../words/problem.js";
import { carryOut } from "../room/carryOut.js";
import style from "./roomSettings.module.css";
import { t } from "./words.js";

/** Where the room is, another place for it by those who may move it, and the way there for everybody whose server is gone. */
export function ServerCard({ room, may }: { readonly room: RoomSummary; readonly may: boolean }): JSX.Element {
  const open = useSignal<"move" | "follow" | null>(null);
  const { connection, paused, isRecovering } = room.status;
  // Between two tries it is connecting. Whether it is gone is asked once more when the room is moved.
  const isReached = connection === "live" || connection === "catching up";
  const isAway = !isReached || paused?.why === "relay" || isRecovering;
  const close = () => (open.value = null);
  return (
    <Card title={t.server} level={3}>
      <p class={style["host"]}>{hostOf(room.relay) ?? room.relay}</p>
      <Note>{t.serverText}</Note>
      {open.value === null && (may || isAway) && (
        <Row>
          {may && (
            <Button size="small" onClick={() => (open.value = "move")}>
              {t.move}
            </Button>
          )}
          {isAway && (
            <Button size="small" onClick={() => (open.value = "follow")}>
              {t.follow}
            </Button>
          )}
        </Row>
      )}
      {open.value === "move" && <Move room={room} isOldGone={isAway} close={close} />}
      {open.value === "follow" && <Follow room={room} close={close} />}
    </Card>
  );
}

interface FormProps {
  readonly room: RoomSummary;
  readonly close: () => void;
}

function Move({ room, isOldGone, close }: FormProps & { readonly isOldGone: boolean }): JSX.Element {
  const permit = useSignal("");
  const before = hostOf(room.relay) ?? room.relay;
  const move = async (relay: string, host: string) => {
    const body = isOldGone ? t.moveAloneText({ host, before }) : t.moveText({ host, before });
    if (!(await askToConfirm({ title: t.moveTitle({ host }), body, yes: t.moveYes }))) return null;
    const given = new TextEncoder().encode(permit.value.trim());
    const options = { relay, isOldGone, ...(given.length > 0 ? { permit: given } : {}) };
    const to = { publicKey: new Uint8Array(32), address: relay };
    const action = { type: "setRelay", relay: to, n: 0, logHead: new Uint8Array(32) } as const;
    if (!(await carryOut(home().room(room.key).move(options), { action }))) return null;
    if (isOldGone) toast({ text: t.moveTell({ host }) });
    close();
    return null;
  };
  return (
    <AddressForm label={t.moveTo} yes={t.moveYes} send={move} close={close}>
      <Field label={t.movePermit} value={permit} mono />
    </AddressForm>
  );
}

function Follow({ room, close }: FormProps): JSX.Element {
  const follow = async (relay: string, host: string) => {
    const followed = await home().room(room.key).follow(relay);
    if (followed.ok) close();
    else return followed.error.kind === "behind" ? t.followOther({ host }) : sayProblem(followed.error);
    return null;
  };
  return <AddressForm label={t.followTo} yes={t.followYes} send={follow} close={close} />;
}

interface AddressFormProps {
  readonly label: string;
  readonly yes: string;
  /** Resolves with what is wrong with the address; null for nothing. */
  readonly send: (relay: string, host: string) => Promise<string | null>;
  readonly close: () => void;
  readonly children?: ComponentChildren;
}

function AddressForm({ label, yes, send, close, children }: AddressFormProps): JSX.Element {
  const isBusy: Signal<boolean> = useSignal(false);
  const address = useSignal("");
  const fault = useFault(address);
  const submit = async () => {
    if (isBusy.value) return;
    const relay = address.value.trim();
    const host = hostOf(relay);
    // What was wrong before may be right by now, at the same address.
    fault.value = null;
    if (host === null) fault.value = t.moveNoAddress;
    else if (!mayConnect(relay, await readSite())) fault.value = t.moveForbidden({ host });
    if (host === null || fault.value !== null) return;
    isBusy.value = true;
    fault.value = await send(relay, host).catch(() => null);
    isBusy.value = false;
  };
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <Stack gap={3}>
        <Field
          label={label}
          value={address}
          error={fault}
          type="url"
          placeholder="wss://chat.example.org"
          mono
          autofocus
        />
        {children}
        <Row>
          <Button type="submit" tone="primary" size="small" busy={isBusy}>
            {yes}
          </Button>
          <Button size="small" onClick={close}>
            {common.cancel}
          </Button>
        </Row>
      </Stack>
    </form>
  );
}
