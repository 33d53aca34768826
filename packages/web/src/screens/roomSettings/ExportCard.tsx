import { plainName } from "@conclave/client/pure";
import type { RoomSummary } from "@conclave/client/rpc";
import { useSignal } from "@preact/signals";
import { Braces, FileText } from "lucide-preact";
import type { JSX } from "preact";
import { saveFile } from "../../app/saveFile.js";
import { Button, Card, Note, Row, Stack, toast } from "../../design/index.js";
import { sayProblem } from "../../words/problem.js";
import { conversationFile, type ExportForm } from "./conversationFile.js";
import { t } from "./words.js";

const ENDINGS: Readonly<Record<ExportForm, string>> = { text: "txt", json: "json" };

/** Gives the conversation away as a file: to be read, or for a program. */
export function ExportCard({ room }: { readonly room: RoomSummary }): JSX.Element {
  const busy = useSignal<ExportForm | null>(null);
  const save = async (form: ExportForm) => {
    if (busy.value) return;
    busy.value = form;
    const title = plainName(room.title);
    // The home has moved to another tab: once more, and it is there.
    const file = await conversationFile(room.key, title, form).catch(() => null);
    busy.value = null;
    if (file) saveFile(file, `${t.exportName} ${title}.${ENDINGS[form]}`);
    else toast({ text: sayProblem({ kind: "unreachable" }), tone: "danger" });
  };
  return (
    <Card title={t.export} level={3}>
      <Stack gap={3}>
        <Note>{t.exportNote}</Note>
        <Row>
          <Button size="small" icon={FileText} busy={busy.value === "text"} onClick={() => void save("text")}>
            {t.exportText}
          </Button>
          <Button size="small" icon={Braces} busy={busy.value === "json"} onClick={() => void save("json")}>
            {t.exportJson}
          </Button>
        </Row>
      </Stack>
    </Card>
  );
}
