import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { ShortcutHelp, showShortcuts } from "../../src/frame/ShortcutHelp.js";
import { Questions } from "../../src/design/Confirm.js";
import { Button, askToConfirm, CopyField, Dialog, Field, Row, Stack, toast } from "../../src/design/index.js";
import { Toasts } from "../../src/design/Toast.js";
import { Part } from "./Part.js";
import { LINK } from "./samples.js";

const dialog = signal(false);

/** What comes in front of the page. */
export function InFront(): JSX.Element {
  return (
    <>
      <Part title="In front">
        <Row>
          <Button onClick={() => (dialog.value = true)}>Dialog</Button>
          <Button onClick={() => void ask()}>Question</Button>
          <Button onClick={toasts}>Toasts</Button>
          <Button onClick={showShortcuts}>Shortcuts</Button>
        </Row>
      </Part>
      <Dialog
        open={dialog}
        onClose={() => (dialog.value = false)}
        title="Invite people"
        actions={
          <>
            <Button onClick={() => (dialog.value = false)}>Later</Button>
            <Button tone="primary">Share</Button>
          </>
        }
      >
        <Stack>
          <p>Send this link to those who should be in Garden club.</p>
          <CopyField label="Invite link" value={LINK} />
          <Field label="What it is for" value="" placeholder="Newsletter" onInput={() => undefined} />
        </Stack>
      </Dialog>
      <ShortcutHelp />
      <Questions />
      <Toasts />
    </>
  );
}

async function ask(): Promise<void> {
  const yes = await askToConfirm({
    title: "Remove Bob?",
    body: "Bob keeps what has been read so far, and can read nothing from now on. The link “Allotment” ends too.",
    yes: "Remove Bob",
    danger: true,
  });
  toast(yes ? "Removed" : "Bob stays");
}

function toasts(): void {
  toast("Draft kept");
  toast({ text: "Invite revoked", tone: "success", action: { text: "Undo", run: () => undefined } });
  toast({ text: "The server cannot be reached.", tone: "danger", action: { text: "Try again", run: () => undefined } });
}
