import type { RoomDetail } from "@conclave/client/rpc";
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { Card, Disclosure, Note, QrCode, Skeleton, Stack, Tabs } from "../../design/index.js";
import { self } from "../../model/home.js";
import { Code } from "./Code.js";
import { personCode } from "./personCode.js";
import style from "./verify.module.css";
import { t } from "./words.js";

/** What others compare: who we are, and what this room is for us. */
export function OwnCodes({ detail: { roomCode, peopleCode } }: { readonly detail: RoomDetail }): JSX.Element {
  return (
    <Stack gap={6}>
      <OwnCode />
      {roomCode !== null && (
        <Card title={t.roomCode} level={3}>
          <Stack gap={3}>
            <Note>{t.roomCodeText}</Note>
            <Code label={t.roomCode} text={roomCode} />
            <Disclosure title={t.roomCodeDiffers}>{t.roomCodeDiffersText}</Disclosure>
          </Stack>
        </Card>
      )}
      {peopleCode !== null && (
        <Card title={t.peopleCode} level={3}>
          <Stack gap={3}>
            <Note>{t.peopleCodeText}</Note>
            <Code label={t.peopleCode} text={peopleCode} />
          </Stack>
        </Card>
      )}
    </Stack>
  );
}

/** Our own fingerprint in its three forms. */
export function OwnCode(): JSX.Element {
  const form = useSignal<"qr" | "words" | "digits">("qr");
  const me = self.value;
  return (
    <Card title={t.yours} level={3}>
      <Stack gap={3}>
        <Note>{t.yoursText}</Note>
        {me === null ? (
          <Skeleton rows={3} />
        ) : (
          <Tabs
            label={t.forms}
            value={form}
            tabs={[
              { id: "qr", text: t.qr },
              { id: "words", text: t.words },
              { id: "digits", text: t.digits },
            ]}
          >
            {form.value === "qr" ? (
              <div class={style["code"]}>
                <QrCode text={personCode(me.person)} label={t.yourQr} size={240} />
              </div>
            ) : (
              <Code label={form.value === "words" ? t.yourWords : t.yourDigits} text={me.fingerprint[form.value]} />
            )}
          </Tabs>
        )}
      </Stack>
    </Card>
  );
}
