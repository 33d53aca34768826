import { KeyRound } from "lucide-preact";
import type { JSX } from "preact";
import { back } from "../../app/index.js";
import { Button } from "../../design/index.js";
import { TaskPage } from "../../frame/TaskPage.js";
import { RecoveryStep } from "./RecoveryStep.js";
import { isWrittenDown } from "./reminder.js";
import { t } from "./words.js";
import { WordsSheet } from "./WordsSheet.js";

/** The recovery sheet again: from the reminder, or from the settings. */
export function SheetScreen(): JSX.Element {
  const leave = () => back({ at: "rooms" });
  if (!isWrittenDown.value) {
    return <RecoveryStep title={t.sheetTitle} lead={t.sheetLead} onBack={leave} onDone={leave} />;
  }
  return (
    <TaskPage
      title={t.sheetTitle}
      lead={t.sheetLead}
      icon={KeyRound}
      onBack={leave}
      actions={
        <Button tone="primary" onClick={leave}>
          {t.done}
        </Button>
      }
    >
      <WordsSheet />
    </TaskPage>
  );
}
