import type { Result } from "@conclave/codec";
import type { Secret, VaultProblem, VaultSlotView } from "@conclave/client/browser";
import { type Signal, useSignal } from "@preact/signals";
import { Fingerprint } from "lucide-preact";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { Banner, Button, Dialog, Field, Note, Stack, toast, useFault } from "../../design/index.js";
import { t as common } from "../../design/words.js";
import { problems, t } from "./securityWords.js";

/** Something that is done only for who can open the home now. */
export interface Task {
  readonly title: string;
  readonly run: (by: Secret) => Promise<Result<undefined, VaultProblem>>;
}

export interface ProveDialogProps {
  readonly task: Signal<Task | null>;
  readonly slots: readonly VaultSlotView[];
}

/** Asks for the passphrase or a passkey of this home, and does the task with it. */
export function ProveDialog({ task, slots }: ProveDialogProps): JSX.Element {
  const passphrase = useSignal("");
  const fault = useFault(passphrase);
  const isBusy = useSignal(false);
  const passkeys = slots.flatMap((slot) => (slot.kind === "passkey" ? [slot.credentialId] : []));
  const hasPassphrase = slots.some(({ kind }) => kind === "passphrase");
  useEffect(() => {
    passphrase.value = "";
    fault.value = null;
  }, [task.value]);
  const prove = (secret: () => Promise<Secret | string>) => {
    if (isBusy.value) return;
    isBusy.value = true;
    fault.value = null;
    void run(task.value!, secret)
      .then((problem) => {
        fault.value = problem;
        if (problem !== null) return;
        task.value = null;
        toast({ text: t.changedLock, tone: "success" });
      })
      .finally(() => (isBusy.value = false));
  };
  const byPassphrase = () => prove(() => Promise.resolve({ kind: "passphrase", passphrase: passphrase.value }));
  const byPasskey = () =>
    prove(async () => {
      const { askPasskey } = await import("@conclave/client/page");
      const asked = await askPasskey(passkeys);
      return asked.ok ? asked.value : asked.error === "refused" ? t.passkeyRefused : t.passkeyUnsupported;
    });
  return (
    <Dialog
      open={task.value !== null}
      onClose={() => (task.value = null)}
      title={task.value?.title ?? ""}
      size="small"
      actions={
        <>
          <Button onClick={() => (task.value = null)}>{common.cancel}</Button>
          {hasPassphrase && (
            <Button tone="primary" busy={isBusy} onClick={byPassphrase}>
              {t.goOn}
            </Button>
          )}
        </>
      }
    >
      <Stack gap={4}>
        <p>{t.proveText}</p>
        {hasPassphrase ? (
          <Field
            label={t.yourPassphrase}
            type="password"
            value={passphrase}
            error={fault}
            autocomplete="current-password"
            spellcheck={false}
            autofocus
            onEnter={byPassphrase}
          />
        ) : (
          fault.value !== null && <Banner tone="danger" title={fault.value} />
        )}
        {passkeys.length > 0 && (
          <Button
            wide
            tone={hasPassphrase ? "secondary" : "primary"}
            icon={Fingerprint}
            busy={isBusy}
            onClick={byPasskey}
          >
            {t.byPasskey}
          </Button>
        )}
        <div role="status">{isBusy.value && <Note>{t.takesAMoment}</Note>}</div>
      </Stack>
    </Dialog>
  );
}

/** Null when it was done, else why not. */
async function run(task: Task, secret: () => Promise<Secret | string>): Promise<string | null> {
  try {
    const by = await secret();
    if (typeof by === "string") return by;
    const changed = await task.run(by);
    return changed.ok ? null : problems[changed.error];
  } catch {
    return t.failed;
  }
}
