import { type Signal, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { Button, Dialog, Field, Note, Stack, toast, useFault } from "../../design/index.js";
import { home } from "../../model/home.js";
import { t as common } from "../../design/words.js";
import { problems, t } from "./securityWords.js";

/** Shorter ones are found by trying, however slow each try is. */
const SHORTEST = 10;

export interface PassphraseDialogProps {
  /** Null while it is closed. */
  readonly mode: Signal<"add" | "change" | null>;
  readonly onAdd: (passphrase: string) => void;
}

/** Asks for a new passphrase, twice; for another one also for the old. Nothing of it outlives the dialog. */
export function PassphraseDialog({ mode, onAdd }: PassphraseDialogProps): JSX.Element {
  const old = useSignal("");
  const first = useSignal("");
  const again = useSignal("");
  const faults = { old: useFault(old), first: useFault(first), again: useFault(again, first) };
  const isBusy = useSignal(false);
  const isRight = () => {
    for (const fault of Object.values(faults)) fault.value = null;
  };
  const forget = () => {
    old.value = first.value = again.value = "";
    isRight();
  };
  useEffect(forget, [mode.value]);
  const close = () => (mode.value = null);
  const submit = async () => {
    if (isBusy.value) return;
    const passphrase = first.value;
    isRight();
    if (passphrase.length < SHORTEST) faults.first.value = t.tooShort({ least: SHORTEST });
    else if (again.value !== passphrase) faults.again.value = t.notSame;
    else if (mode.value === "add") {
      close();
      onAdd(passphrase);
    } else {
      isBusy.value = true;
      const changed = await home()
        .home.changePassphrase(old.value, passphrase)
        .catch(() => null);
      isBusy.value = false;
      if (changed?.ok) {
        close();
        toast({ text: t.changedLock, tone: "success" });
      } else faults.old.value = changed ? problems[changed.error] : t.failed;
    }
  };
  const isChange = mode.value === "change";
  return (
    <Dialog
      open={mode.value !== null}
      onClose={close}
      title={isChange ? t.changePassphrase : t.addPassphrase}
      actions={
        <>
          <Button onClick={close}>{common.cancel}</Button>
          <Button tone="primary" busy={isBusy} onClick={() => void submit()}>
            {t.setPassphrase}
          </Button>
        </>
      }
    >
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Stack gap={4}>
          <p>{t.passphraseHow}</p>
          {isChange && (
            <Field
              label={t.oldPassphrase}
              type="password"
              value={old}
              error={faults.old}
              autocomplete="current-password"
              spellcheck={false}
              autofocus
            />
          )}
          <Field
            label={t.newPassphrase}
            hint={t.newPassphraseHint}
            type="password"
            value={first}
            error={faults.first}
            autocomplete="new-password"
            spellcheck={false}
            autofocus={!isChange}
          />
          <Field
            label={t.repeatPassphrase}
            type="password"
            value={again}
            error={faults.again}
            autocomplete="new-password"
            spellcheck={false}
            onEnter={() => void submit()}
          />
          <Note>{t.noReset}</Note>
        </Stack>
      </form>
    </Dialog>
  );
}
