import { UserRoundCheck } from "lucide-preact";
import type { JSX } from "preact";
import { go, invite } from "../../app/index.js";
import { Button, Card, CodeWords } from "../../design/index.js";
import { self } from "../../model/home.js";
import { TaskPage } from "../../frame/TaskPage.js";
import { t } from "./words.js";
import style from "./WordsSheet.module.css";

/** What the words have brought back, and what they have not. */
export function Recovered({ onDone }: { readonly onDone: () => void }): JSX.Element {
  const leave = () => {
    onDone();
    go({ at: invite.value === null ? "rooms" : "join" }, { replace: true });
  };
  return (
    <TaskPage
      title={t.backTitle}
      lead={t.backLead}
      icon={UserRoundCheck}
      actions={
        <Button tone="primary" size="large" onClick={leave}>
          {t.toRooms}
        </Button>
      }
    >
      <ul class={style["list"]}>
        <li>{t.back1}</li>
        <li>{t.back2}</li>
        <li>{t.back3}</li>
      </ul>
      {self.value && (
        <Card title={t.fingerprint}>
          <CodeWords label={t.fingerprint} words={self.value.fingerprint.words.split(" ")} />
        </Card>
      )}
    </TaskPage>
  );
}
