import { signal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { Button } from "./Button.js";
import { Dialog } from "./Dialog.js";
import { t } from "./words.js";

export interface Question {
  readonly title: string;
  /** What happens, and what does not. */
  readonly body?: ComponentChildren;
  /** What the button does, as a verb ("Remove Bob"). */
  readonly yes: string;
  readonly no?: string;
  readonly danger?: boolean;
}

const asked = signal<(Question & { readonly answer: (yes: boolean) => void }) | null>(null);

/** Asks before something grave. Escape, a click beside it and the cross say no. One question at a time: a second one answers the first with no. */
export function askToConfirm(question: Question): Promise<boolean> {
  asked.value?.answer(false);
  return new Promise((resolve) => {
    asked.value = {
      ...question,
      answer: (yes) => {
        asked.value = null;
        resolve(yes);
      },
    };
  });
}

/** Where questions appear: once, in the frame. */
export function Questions(): JSX.Element | null {
  const question = asked.value;
  if (!question) return null;
  const { title, body, yes, no, danger, answer } = question;
  return (
    <Dialog
      open
      title={title}
      size="small"
      onClose={() => answer(false)}
      actions={
        <>
          <Button autofocus onClick={() => answer(false)}>
            {no ?? t.cancel}
          </Button>
          <Button tone={danger ? "danger" : "primary"} onClick={() => answer(true)}>
            {yes}
          </Button>
        </>
      }
    >
      {body}
    </Dialog>
  );
}
