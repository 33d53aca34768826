import { useSignal } from "@preact/signals";
import { KeyRound } from "lucide-preact";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { Banner, Button, Field, Stack } from "../../design/index.js";
import { home } from "../../model/home.js";
import { TaskPage } from "../../frame/TaskPage.js";
import { placesToAsk, wordsIn } from "./phrase.js";
import { keepWritten } from "./reminder.js";
import { t } from "./words.js";

export interface WordsCheckProps {
  /** To the words, to look again. */
  readonly onAgain: () => void;
  readonly onLater: () => void;
  readonly onDone: () => void;
}

/** Two of the words are asked for: a person who can type them has a sheet, and it is right. */
export function WordsCheck({ onAgain, onLater, onDone }: WordsCheckProps): JSX.Element {
  const places = useRef(placesToAsk()).current;
  const typed = useSignal<readonly string[]>(places.map(() => ""));
  const faults = useSignal<readonly (string | null)[]>(places.map(() => null));
  const isBusy = useSignal(false);
  const hasFailed = useSignal(false);
  const inputs = useRef<(HTMLInputElement | null)[]>([]);
  const check = async () => {
    const words = (await home().home.recoveryPhrase()).split(" ");
    faults.value = places.map((place, at) => {
      const [word, ...more] = wordsIn(typed.value[at]!);
      return word === words[place - 1] && more.length === 0 ? null : t.notTheWord({ place });
    });
    const wrong = faults.value.findIndex((fault) => fault !== null);
    if (wrong >= 0) {
      inputs.current[wrong]?.focus();
      return;
    }
    await keepWritten();
    onDone();
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (isBusy.value) return;
    isBusy.value = true;
    hasFailed.value = false;
    void check()
      .catch(() => (hasFailed.value = true))
      .finally(() => (isBusy.value = false));
  };
  const say = (at: number, fault: string | null) => {
    faults.value = faults.value.map((each, other) => (other === at ? fault : each));
  };
  // What comes from the clipboard shows nothing about the paper.
  const refuse = (at: number) => (event: Event) => {
    event.preventDefault();
    say(at, t.noPaste);
  };
  return (
    <TaskPage title={t.checkTitle} lead={t.checkLead} icon={KeyRound} onBack={onAgain}>
      <form onSubmit={submit} noValidate>
        <Stack gap={4}>
          {hasFailed.value && <Banner tone="danger" title={t.reload} />}
          {places.map((place, at) => (
            <div key={place} onPaste={refuse(at)} onDrop={refuse(at)}>
              <Field
                label={t.wordNumber({ place })}
                value={typed.value[at]!}
                onInput={(text) => {
                  typed.value = typed.value.map((each, other) => (other === at ? text : each));
                  say(at, null);
                }}
                error={faults.value[at] ?? null}
                mono
                spellcheck={false}
                autofocus={at === 0}
                enterKeyHint={at < places.length - 1 ? "next" : "done"}
                inputRef={(input) => {
                  inputs.current[at] = input;
                }}
              />
            </div>
          ))}
          <Button type="submit" tone="primary" size="large" wide busy={isBusy}>
            {t.check}
          </Button>
          <Button wide onClick={onAgain}>
            {t.seeAgain}
          </Button>
          <Button tone="quiet" wide onClick={onLater}>
            {t.later}
          </Button>
        </Stack>
      </form>
    </TaskPage>
  );
}
