import { plainName } from "@conclave/client/pure";
import type { RoomSummary } from "@conclave/client/rpc";
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { Button, Card, Field, Note, Row, Stack, useFault } from "../../design/index.js";
import { home } from "../../model/home.js";
import { carryOut } from "../room/carryOut.js";
import { nameFault, tidy } from "../startRoom/name.js";
import { t as common } from "../../design/words.js";
import { t } from "./words.js";

/** What the room is called, and another name for it by those who may. */
export function TitleCard({ room, may }: { readonly room: RoomSummary; readonly may: boolean }): JSX.Element {
  const isEditing = useSignal(false);
  const isBusy = useSignal(false);
  const title = useSignal(room.title);
  const fault = useFault(title);
  const save = async () => {
    const tidied = tidy(title.value);
    fault.value = nameFault(tidied, t.nameFirst);
    if (fault.value !== null || isBusy.value) return;
    if (tidied !== room.title) {
      isBusy.value = true;
      const action = { type: "setTitle", title: tidied } as const;
      const undo = { room: room.key, action: { type: "setTitle", title: room.title } } as const;
      const isUnderWay = await carryOut(home().room(room.key).decide(action), { action, undo });
      isBusy.value = false;
      if (!isUnderWay) return;
    }
    isEditing.value = false;
  };
  return (
    <Card
      title={isEditing.value ? t.name : <bdi>{plainName(room.title)}</bdi>}
      level={3}
      actions={
        may &&
        !isEditing.value && (
          <Button size="small" onClick={() => (isEditing.value = true)}>
            {t.rename}
          </Button>
        )
      }
    >
      {isEditing.value ? (
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void save();
          }}
        >
          <Stack gap={3}>
            <Field label={t.name} labelHidden value={title} error={fault} maxLength={128} autofocus />
            <Row>
              <Button type="submit" tone="primary" size="small" busy={isBusy}>
                {t.save}
              </Button>
              <Button
                size="small"
                onClick={() => {
                  title.value = room.title;
                  fault.value = null;
                  isEditing.value = false;
                }}
              >
                {common.cancel}
              </Button>
            </Row>
          </Stack>
        </form>
      ) : (
        !may && <Note>{t.nameByAdmins}</Note>
      )}
    </Card>
  );
}
