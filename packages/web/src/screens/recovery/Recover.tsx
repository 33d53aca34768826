import { signal, useSignal } from "@preact/signals";
import { KeyRound } from "lucide-preact";
import type { ComponentChildren, JSX } from "preact";
import { back, go } from "../../app/index.js";
import { Banner, Button, Stack, TextArea } from "../../design/index.js";
import { door, home } from "../../model/home.js";
import { TaskPage } from "../../frame/TaskPage.js";
import { Recovered } from "./Recovered.js";
import { phraseFault, wordsIn, WORDS } from "./phrase.js";
import { t } from "./words.js";

// Outlives the screen: it is drawn again, in another place, when the home has opened.
const isBack = signal(false);

export interface RecoverProps {
  /** Over the field: what has happened (keys are missing). */
  readonly notice?: ComponentChildren;
  /** Another way out, below the button. */
  readonly otherwise?: ComponentChildren;
  /** There is nothing to go back to. */
  readonly isOnly?: boolean;
}

/** Coming back with the 24 words. */
export function Recover({ notice, otherwise, isOnly }: RecoverProps): JSX.Element {
  const text = useSignal("");
  const fault = useSignal<string | null>(null);
  const isBusy = useSignal(false);
  if (isBack.value) return <Recovered onDone={() => (isBack.value = false)} />;
  const words = wordsIn(text.value);
  const recover = async () => {
    const answer = await home().home.enter({ kind: "recover", phrase: words.join(" "), unusable: "set_aside" });
    if (!answer.ok) {
      const { error: problem } = answer;
      if (problem === "bad_phrase") fault.value = t.badPhrase;
      else if (problem === "other_identity") fault.value = t.otherIdentity;
      else fault.value = problem === "exists" ? t.exists : t.failed;
      return;
    }
    text.value = "";
    isBack.value = true;
    // A gate that led here goes away with the home's opening: this place stays.
    go({ at: "recovery" }, { replace: true });
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (isBusy.value) return;
    fault.value = door.value.state === "open" ? t.exists : phraseFault(words, true);
    if (fault.value !== null) return;
    isBusy.value = true;
    void recover()
      .catch(() => (fault.value = t.failed))
      .finally(() => (isBusy.value = false));
  };
  return (
    <TaskPage
      title={t.recoverTitle}
      lead={t.recoverLead}
      icon={KeyRound}
      onBack={isOnly ? undefined : () => back({ at: "welcome" })}
    >
      {notice}
      <form onSubmit={submit} noValidate>
        <Stack gap={4}>
          <TextArea
            label={t.recoverField}
            hint={words.length === 0 ? t.recoverHint : t.counted({ n: words.length })}
            value={text}
            onInput={(typed) => {
              text.value = typed;
              fault.value = phraseFault(wordsIn(typed), false);
            }}
            error={fault}
            rows={6}
            mono
            spellcheck={false}
            autocomplete="off"
          />
          <Button type="submit" tone="primary" size="large" wide busy={isBusy} disabled={words.length < WORDS}>
            {t.recover}
          </Button>
          {otherwise}
        </Stack>
      </form>
    </TaskPage>
  );
}

/** Something that a person reads before they type. */
export function RecoverNotice({
  title,
  children,
}: {
  readonly title: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <Banner tone="warning" title={title}>
      {children}
    </Banner>
  );
}

/** The same, as a place that a person goes to. */
export function RecoverScreen(): JSX.Element {
  return <Recover />;
}
