import { plainName } from "@conclave/client/pure";
import type { RoomKey } from "@conclave/client/rpc";
import { FileCheck } from "lucide-preact";
import type { JSX } from "preact";
import { FileButton, Note, Stack, toast } from "../../design/index.js";
import { home } from "../../model/home.js";
import { sayProblem } from "../../words/problem.js";
import { Scanner } from "../verify/Scanner.js";
import { t } from "./words.js";

/** More than any approval has: the rest of a longer file is not read. */
const MAX_FILE_BYTES = 128 * 1024;

/** Counts what others have approved in a file or by a QR code. */
export function ApprovalImport({ roomKey }: { readonly roomKey: RoomKey }): JSX.Element {
  const take = async (letter: string) => {
    const taken = await home().room(roomKey).importApproval(letter);
    if (!taken.ok) {
      toast({ text: sayProblem(taken.error), tone: "danger" });
      return;
    }
    const { by, progress } = taken.value;
    const name = plainName(by.name);
    const missing = progress.done ? 0 : Math.max(0, progress.need - progress.have);
    const text = progress.done ? t.countedLast({ name }) : t.counted({ name, count: missing });
    toast({ text, tone: "success" });
  };
  const tryTo = (reading: Promise<string>) => {
    void reading.then(take).catch(() => toast({ text: t.failed, tone: "danger" }));
  };
  return (
    <Stack gap={4}>
      <Note>{t.lead}</Note>
      <FileButton icon={FileCheck} label={t.choose} onFile={(file) => tryTo(file.slice(0, MAX_FILE_BYTES).text())} />
      <Scanner onCode={(text) => tryTo(Promise.resolve(text))} />
    </Stack>
  );
}
