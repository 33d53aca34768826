import type { Returning } from "@conclave/client";
import type { RoomDetail } from "@conclave/client/rpc";
import { useSignal } from "@preact/signals";
import { KeyRound } from "lucide-preact";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { Button, Card, CopyField, Note, Row, Stack } from "../../design/index.js";
import { home } from "../../model/home.js";
import { carryOut } from "../room/carryOut.js";
import { t } from "./words.js";

const texts = {
  ready: () => t.comeBackReady,
  preparing: () => t.comeBackPreparing,
  possible: () => t.comeBackText,
} as const satisfies Record<Returning, () => string>;

/** For owners: whether their recovery words bring them back into this room, with nobody's help. */
export function ReturnCard({ detail }: { readonly detail: RoomDetail }): JSX.Element | null {
  const { key, returning } = detail;
  const isBusy = useSignal(false);
  const link = useSignal<string | null>(null);
  useEffect(() => {
    if (returning !== "ready") return;
    void home()
      .room(key)
      .returnLink(new URL(".", location.href).href)
      .then((text) => (link.value = text))
      .catch(() => undefined);
  }, [key, returning]);
  if (returning === null) return null;
  const prepare = () => {
    isBusy.value = true;
    void carryOut(home().room(key).prepareReturn(), { action: null }).finally(() => (isBusy.value = false));
  };
  return (
    <Card title={returning === "ready" ? t.comeBack : t.comeBackNotYet} level={3}>
      <Stack gap={3}>
        <Note>{texts[returning]()}</Note>
        {returning === "possible" ? (
          <Row>
            <Button size="small" icon={KeyRound} busy={isBusy} onClick={prepare}>
              {t.comeBackDo}
            </Button>
          </Row>
        ) : (
          returning === "ready" &&
          link.value !== null && <CopyField label={t.comeBackLink} hint={t.comeBackHint} value={link.value} />
        )}
      </Stack>
    </Card>
  );
}
