import { type Policy, type PolicyMatter, preset, type PresetName, presetNameOf } from "@conclave/client/pure";
import type { RoomKey } from "@conclave/client/rpc";
import { useSignal, type Signal } from "@preact/signals";
import type { JSX } from "preact";
import { Button, Card, Dialog, Facts, Note, RadioCards, Select, Stack } from "../../design/index.js";
import { home } from "../../model/home.js";
import { carryOut } from "../room/carryOut.js";
import { COUNTS, presetSentence, presetsWith, presetTitle, sayPolicy } from "../room/presets.js";
import style from "./roomSettings.module.css";
import { matterNames, sayRule } from "../room/ruleWords.js";
import { t as common } from "../../design/words.js";
import { t } from "./words.js";

const MATTERS = ["add", "invite", "remove", "setRole", "setPolicy"] as const satisfies readonly PolicyMatter[];

export interface RulesCardProps {
  readonly roomKey: RoomKey;
  readonly policy: Policy;
  readonly may: boolean;
  readonly isSealed: boolean;
}

/** Who decides what in the room, and other rules by those who may set them. */
export function RulesCard({ roomKey, policy, may, isSealed }: RulesCardProps): JSX.Element {
  const isOpen = useSignal(false);
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
          <Facts
            facts={MATTERS.map((matter) => ({ name: matterNames[matter], value: sayRule(policy.rules[matter]) }))}
          />
        )}
        {!may && !isSealed && <Note>{t.rulesByOthers}</Note>}
      </Stack>
      <RulesDialog open={isOpen} roomKey={roomKey} before={policy} />
    </Card>
  );
}

interface RulesDialogProps {
  readonly open: Signal<boolean>;
  readonly roomKey: RoomKey;
  readonly before: Policy;
}

function RulesDialog({ open, roomKey, before }: RulesDialogProps): JSX.Element {
  const chosen = useSignal<PresetName | null>(null);
  const count = useSignal("2");
  const isBusy = useSignal(false);
  const change = async () => {
    const word = presetsWith(Number(count.value)).find((each) => presetNameOf(each) === chosen.value);
    if (word === undefined) return;
    isBusy.value = true;
    const policy = preset(word);
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
            return { value, title: presetTitle(value), text: presetSentence(each) };
          })}
        />
        {chosen.value === "admins" && (
          <Select
            label={t.howMany}
            value={count}
            options={COUNTS.map((each) => ({ value: String(each), text: String(each) }))}
          />
        )}
      </Stack>
    </Dialog>
  );
}
