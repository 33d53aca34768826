import { plainName } from "@conclave/client/pure";
import type { RoomSummary } from "@conclave/client/rpc";
import { useSignal } from "@preact/signals";
import { LockKeyhole } from "lucide-preact";
import type { JSX } from "preact";
import { Button, Card, Dialog, Field, Note, Row, Stack, useFault } from "../../design/index.js";
import { home } from "../../model/home.js";
import { carryOut } from "../room/carryOut.js";
import { tidy } from "../startRoom/name.js";
import { t as common } from "../../design/words.js";
import { t } from "./words.js";

/** Keeps the people as they are, for ever: asked for by the room's name, typed. */
export function SealCard({ room }: { readonly room: RoomSummary }): JSX.Element {
  const isOpen = useSignal(false);
  const typed = useSignal("");
  const fault = useFault(typed);
  const isBusy = useSignal(false);
  const title = plainName(room.title);
  const seal = async () => {
    // RULE: web.seal-typed: what nobody can ever undo is not one press away (docs/protocol.md §4).
    if (tidy(typed.value) !== tidy(title)) {
      fault.value = t.sealTyped;
      return;
    }
    isBusy.value = true;
    const isUnderWay = await carryOut(home().room(room.key).decide({ type: "seal" }), { action: { type: "seal" } });
    isBusy.value = false;
    if (isUnderWay) isOpen.value = false;
  };
  const open = () => {
    typed.value = "";
    fault.value = null;
    isOpen.value = true;
  };
  return (
    <Card title={t.seal} level={3}>
      <Stack gap={3}>
        <Note>{t.sealText}</Note>
        <Row>
          <Button size="small" icon={LockKeyhole} onClick={open}>
            {t.sealDo}
          </Button>
        </Row>
      </Stack>
      <Dialog
        open={isOpen}
        onClose={() => (isOpen.value = false)}
        title={t.sealTitle({ room: title })}
        actions={
          <>
            <Button onClick={() => (isOpen.value = false)}>{common.cancel}</Button>
            <Button tone="danger" busy={isBusy} onClick={() => void seal()}>
              {t.sealYes}
            </Button>
          </>
        }
      >
        <Stack gap={4}>
          <p>{t.sealDoes}</p>
          <p>{t.sealNot}</p>
          <Field label={t.sealType({ room: title })} value={typed} error={fault} onEnter={() => void seal()} />
        </Stack>
      </Dialog>
    </Card>
  );
}
