import type { Decision } from "@conclave/client";
import type { RoomSummary } from "@conclave/client/rpc";
import { useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import type { Icon } from "../../design/Button.js";
import { Button, Card, Dialog, Note, Row, Stack } from "../../design/index.js";
import { t as common } from "../../design/words.js";
import { home } from "../../model/home.js";
import { carryOut } from "../room/carryOut.js";

interface DangerCardProps {
  readonly room: RoomSummary;
  readonly action: Decision["action"];
  readonly title: string;
  /** What it is for. */
  readonly text: string;
  /** On the button that opens the dialog. */
  readonly ask: string;
  readonly icon?: Icon;
  /** Of the dialog, and its button that does it. */
  readonly question: string;
  readonly yes: string;
  /** Called when the dialog opens. */
  readonly onOpen?: () => void;
  /** False keeps the dialog open, and nothing is done. */
  readonly isSure?: () => boolean;
  /** What the dialog says; `confirm` does what its button does. */
  readonly children: (confirm: () => void) => ComponentChildren;
}

/** A decision that changes a room for good: a card with a button, and a dialog that says what comes of it. */
export function DangerCard(props: DangerCardProps): JSX.Element {
  const { room, action, title, text, ask, icon, question, yes, onOpen, isSure, children } = props;
  const isOpen = useSignal(false);
  const isBusy = useSignal(false);
  const decide = async () => {
    if (isSure?.() === false) return;
    isBusy.value = true;
    const isUnderWay = await carryOut(home().room(room.key).decide(action), { action });
    isBusy.value = false;
    if (isUnderWay) isOpen.value = false;
  };
  const open = () => {
    onOpen?.();
    isOpen.value = true;
  };
  return (
    <Card title={title} level={3}>
      <Stack gap={3}>
        <Note>{text}</Note>
        <Row>
          <Button size="small" {...(icon ? { icon } : {})} onClick={open}>
            {ask}
          </Button>
        </Row>
      </Stack>
      <Dialog
        open={isOpen}
        onClose={() => (isOpen.value = false)}
        title={question}
        actions={
          <>
            <Button onClick={() => (isOpen.value = false)}>{common.cancel}</Button>
            <Button tone="danger" busy={isBusy} onClick={() => void decide()}>
              {yes}
            </Button>
          </>
        }
      >
        <Stack gap={4}>{children(() => void decide())}</Stack>
      </Dialog>
    </Card>
  );
}
