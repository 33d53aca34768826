import { useSignal, useSignalEffect } from "@preact/signals";
import { KeyRound } from "lucide-preact";
import type { ComponentChildren, JSX } from "preact";
import { Button } from "../../design/index.js";
import { TaskPage } from "../../frame/TaskPage.js";
import { t } from "./words.js";
import { WordsCheck } from "./WordsCheck.js";
import { WordsSheet } from "./WordsSheet.js";

export interface RecoveryStepProps {
  readonly title: string;
  readonly lead: ComponentChildren;
  readonly onBack?: () => void;
  readonly onDone: () => void;
}

/** The recovery words are offered: now, or later by the quiet reminder in the list of rooms. */
export function RecoveryStep({ title, lead, onBack, onDone }: RecoveryStepProps): JSX.Element {
  // Nobody has written down what they have not seen: until then to show them is the thing to do.
  const isShown = useSignal(false);
  const hasSeen = useSignal(false);
  const isChecking = useSignal(false);
  useSignalEffect(() => {
    if (isShown.value) hasSeen.value = true;
  });
  if (isChecking.value) {
    return <WordsCheck onAgain={() => (isChecking.value = false)} onLater={onDone} onDone={onDone} />;
  }
  return (
    <TaskPage
      title={title}
      lead={lead}
      icon={KeyRound}

      onBack={onBack}
      actions={
        <>
          {hasSeen.value && (
            <Button tone="primary" size="large" onClick={() => (isChecking.value = true)}>
              {t.written}
            </Button>
          )}
          <Button tone="quiet" onClick={onDone}>
            {t.later}
          </Button>
        </>
      }
    >
      <WordsSheet shown={isShown} />
    </TaskPage>
  );
}
