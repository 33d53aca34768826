import { type Signal, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { Button, Dialog, Field, Note, Stack, toast } from "../../design/index.js";
import { home } from "../../model/home.js";
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
  const faults = useSignal<{ readonly old?: string; readonly first?: string; readonly again?: string }>({});
  const isBusy = useSignal(false);
  const forget = () => {
    old.value = first.value = again.value = "";
    faults.value = {};
  };
  useEffect(forget, [mode.value]);
  const close = () => (mode.value = null);
  const submit = async () => {
    if (isBusy.value) return;
    const passphrase = first.value;
    if (passphrase.length < SHORTEST) faults.value = { first: t.tooShort(SHORTEST) };
    else if (again.value !== passphrase) faults.value = { again: t.notSame };
    else if (mode.value === "add") {
      close();
      onAdd(passphrase);
    } else {
      faults.value = {};
      isBusy.value = true;
      const changed = await home()
        .home.changePassphrase(old.value, passphrase)
        .catch(() => null);
      isBusy.value = false;
      if (changed?.ok) {
        close();
        toast({ text: t.changedLock, tone: "success" });
      } else faults.value = { old: changed ? problems[changed.problem] : t.failed };
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
          <Button onClick={close}>{t.cancel}</Button>
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
              error={faults.value.old ?? null}
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
            error={faults.value.first ?? null}
            autocomplete="new-password"
            spellcheck={false}
            autofocus={!isChange}
          />
          <Field
            label={t.repeatPassphrase}
            type="password"
            value={again}
            error={faults.value.again ?? null}
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
