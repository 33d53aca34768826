import type { RoomKey } from "@conclave/client/rpc";
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { Button } from "../../design/Button.js";
import { toast } from "../../design/Toast.js";
import { home } from "../../model/home.js";
import { sayProblem } from "../../words/problem.js";
import { t } from "./leavingWords.js";

/** For who has asked to leave, before a member has carried it out: the way to stay after all. */
export function LeavingNotice({ roomKey }: { readonly roomKey: RoomKey }): JSX.Element {
  const isBusy = useSignal(false);
  const stay = async () => {
    const stayed = await home().room(roomKey).stay();
    if (stayed.ok) toast({ text: t.stayed, tone: "success" });
    else toast({ text: stayed.error.kind === "unknown" ? t.tooLate : sayProblem(stayed.error), tone: "danger" });
  };
  return (
    <>
      <p>{t.until}</p>
      <div>
        <Button
          size="small"
          busy={isBusy}
          onClick={() => {
            isBusy.value = true;
            void stay()
              .catch(() => undefined)
              .finally(() => (isBusy.value = false));
          }}
        >
          {t.stay}
        </Button>
      </div>
    </>
  );
}
