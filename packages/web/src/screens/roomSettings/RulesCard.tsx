import { type Policy, preset, type PresetName, presetNameOf } from "@conclave/client/pure";
import type { RoomDetail, RoomKey } from "@conclave/client/rpc";
import { useSignal, type Signal, useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { Button, Card, Dialog, Note, RadioCards, Select, Skeleton, Stack } from "../../design/index.js";
import { home } from "../../model/home.js";
import { useExplanation } from "../../model/roomPanels.js";
import { carryOut } from "../room/carryOut.js";
import { COUNTS, presetSentence, presetsWith, presetTitle, sayPolicy } from "../room/presets.js";
import { RuleMeaning } from "../room/RuleMeaning.js";
import { type Meaning, ruleMeaningOf } from "../room/ruleMeaning.js";
import style from "./roomSettings.module.css";
import { t as common } from "../../design/words.js";
import { t } from "./words.js";

export interface RulesCardProps {
  readonly detail: RoomDetail;
  readonly policy: Policy;
  readonly may: boolean;
}

/** Who decides what in the room, and other rules by those who may set them. */
export function RulesCard({ detail, policy, may }: RulesCardProps): JSX.Element {
  const { key, members, isSealed } = detail;
  const isOpen = useSignal(false);
  const explanation = useExplanation(key).value;
  const { title, text } = sayPolicy(policy);
  return (
    <Card
      title={t.rules}
      level={3}
      actions={
        may && (
          <Button size="small" onClick={() => (isOpen.value = true)}>
            {t.changeRules}
          </Button>
        )
      }
    >
      <Stack gap={3}>
        <div>
          {title !== null && <p class={style["title"]}>{title}</p>}
          <p>{text}</p>
        </div>
        {isSealed ? (
          <Note>{t.isSealed}</Note>
        ) : (
          explanation && <RuleMeaning of={ruleMeaningOf(explanation, policy, members)} withRoles />
        )}
        {!may && !isSealed && <Note>{t.rulesByOthers}</Note>}
      </Stack>
      <RulesDialog open={isOpen} detail={detail} before={policy} />
    </Card>
  );
}

interface RulesDialogProps {
  readonly open: Signal<boolean>;
  readonly detail: RoomDetail;
  readonly before: Policy;
}

function RulesDialog({ open, detail, before }: RulesDialogProps): JSX.Element {
  const { key: roomKey, members } = detail;
  const chosen = useSignal<PresetName | null>(null);
  const count = useSignal("2");
  const isBusy = useSignal(false);
  const chosenPolicy = () => {
    const word = presetsWith(Number(count.value)).find((each) => presetNameOf(each) === chosen.value);
    return word === undefined ? null : preset(word);
  };
  const meaning = useMeaningOf(roomKey, chosenPolicy, members);
  const change = async () => {
    const policy = chosenPolicy();
    if (policy === null) return;
    isBusy.value = true;
    const action = { type: "setPolicy", policy } as const;
    const undo = { room: roomKey, action: { type: "setPolicy", policy: before } } as const;
    const isUnderWay = await carryOut(home().room(roomKey).decide(action), { action, undo });
    isBusy.value = false;
    if (isUnderWay) open.value = false;
  };
  return (
    <Dialog
      open={open}
      onClose={() => (open.value = false)}
      title={t.changeRules}
      actions={
        <>
          <Button onClick={() => (open.value = false)}>{common.cancel}</Button>
          <Button tone="primary" busy={isBusy} disabled={chosen.value === null} onClick={() => void change()}>
            {t.changeRulesYes}
          </Button>
        </>
      }
    >
      <Stack gap={4}>
        <p>{t.changeRulesText}</p>
        <RadioCards
          legend={t.rules}
          value={chosen}
          options={presetsWith(Number(count.value)).map((each) => {
            const value = presetNameOf(each);
            return {
              value,
              title: presetTitle(value),
              text: presetSentence(each),
              more: (
                <Stack gap={4}>
                  {value === "admins" && (
                    <Select
                      label={t.howMany}
                      value={count}
                      options={COUNTS.map((number) => ({ value: String(number), text: String(number) }))}
                    />
                  )}
                  {meaning ? <RuleMeaning of={meaning} withRoles /> : <Skeleton rows={3} />}
                </Stack>
              ),
            };
          })}
        />
      </Stack>
    </Dialog>
  );
}

/** What a policy would mean in this room; null until it is known. */
function useMeaningOf(key: RoomKey, chosen: () => Policy | null, members: RoomDetail["members"]): Meaning | null {
  const meaning = useSignal<Meaning | null>(null);
  useSignalEffect(() => {
    const policy = chosen();
    let isOver = false;
    if (policy !== null)
      void home()
        .room(key)
        .explain(policy)
        .then(
          (explanation) => {
            if (!isOver) meaning.value = explanation && ruleMeaningOf(explanation, policy, members);
          },
          () => undefined,
        );
    return () => {
      isOver = true;
    };
  });
  return meaning.value;
}
