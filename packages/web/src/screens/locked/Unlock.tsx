import type { Failure } from "@conclave/codec";
import type { HomeProblem } from "@conclave/client/browser";
import { useSignal } from "@preact/signals";
import { Eye, EyeOff, Fingerprint, LockKeyhole } from "lucide-preact";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { Banner, Button, Field, IconButton, Note, Stack, useFault } from "../../design/index.js";
import { home } from "../../model/home.js";
import type { DoorState } from "../../worker/door.js";
import { TaskPage } from "../../frame/TaskPage.js";
import { t } from "./words.js";
import style from "./Unlock.module.css";

export interface UnlockProps {
  readonly slots: Extract<DoorState, { state: "locked" }>["slots"];
  readonly onForgotten: () => void;
}

/** Asks for the passphrase or the passkey, whichever this home has. */
export function Unlock({ slots, onForgotten }: UnlockProps): JSX.Element {
  const passphrase = useSignal("");
  const isSeen = useSignal(false);
  const fault = useFault(passphrase);
  const problem = useSignal<string | null>(null);
  const busy = useSignal<"passphrase" | "passkey" | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const passkeys = slots.flatMap((slot) => (slot.kind === "passkey" ? [slot.credentialId] : []));
  const hasPassphrase = slots.some(({ kind }) => kind === "passphrase");

  const run = (kind: "passphrase" | "passkey", work: () => Promise<void>) => {
    if (busy.value) return;
    busy.value = kind;
    fault.value = problem.value = null;
    void work()
      .catch(() => (problem.value = t.failed))
      .finally(() => (busy.value = null));
  };
  const byPassphrase = async () => {
    const secret = { kind: "passphrase", passphrase: passphrase.value } as const;
    const answer = await home().home.enter({ kind: "open", secret });
    if (answer.ok) passphrase.value = "";
    else if (answer.error === "wrong_secret" || answer.error === "malformed_secret") {
      fault.value = t.wrong;
      input.current?.select();
    } else problem.value = said(answer);
  };
  const byPasskey = async () => {
    // Fetched when it is needed: most homes have no passkey.
    const { askPasskey } = await import("@conclave/client/page");
    const asked = await askPasskey(passkeys);
    if (!asked.ok) {
      problem.value = asked.error === "refused" ? t.passkeyRefused : t.passkeyUnsupported;
      return;
    }
    const answer = await home().home.enter({ kind: "open", secret: asked.value });
    if (!answer.ok) problem.value = answer.error === "wrong_secret" ? t.wrongPasskey : said(answer);
  };
  return (
    <TaskPage title={t.lockedTitle} lead={t.lockedLead} icon={LockKeyhole}>
      <Stack gap={4}>
        {problem.value && <Banner tone="danger" title={problem.value} />}
        {hasPassphrase && (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              if (passphrase.value !== "") run("passphrase", byPassphrase);
            }}
            noValidate
          >
            <Stack gap={4}>
              <Field
                label={t.passphrase}
                type={isSeen.value ? "text" : "password"}
                value={passphrase}
                error={fault}
                autocomplete="current-password"
                spellcheck={false}
                autofocus
                inputRef={input}
                enterKeyHint="go"
                after={
                  <IconButton
                    label={isSeen.value ? t.hide : t.show}
                    icon={isSeen.value ? EyeOff : Eye}
                    size="small"
                    onClick={() => (isSeen.value = !isSeen.value)}
                  />
                }
              />
              <Button type="submit" tone="primary" size="large" wide busy={busy.value === "passphrase"}>
                {t.open}
              </Button>
            </Stack>
          </form>
        )}
        {hasPassphrase && passkeys.length > 0 && <p class={style["or"]}>{t.or}</p>}
        {passkeys.length > 0 && (
          <Button
            tone={hasPassphrase ? "secondary" : "primary"}
            size="large"
            wide
            icon={Fingerprint}
            busy={busy.value === "passkey"}
            onClick={() => run("passkey", byPasskey)}
          >
            {t.passkey}
          </Button>
        )}
        <div role="status">{busy.value === "passphrase" && <Note>{t.waiting}</Note>}</div>
        <Button tone="quiet" onClick={onForgotten}>
          {t.forgot}
        </Button>
      </Stack>
    </TaskPage>
  );
}

function said(answer: Failure<HomeProblem>): string {
  if (answer.error === "damaged" || answer.error === "keys_missing") return t.damaged;
  return answer.error === "in_use" ? t.elsewhere : t.failed;
}
