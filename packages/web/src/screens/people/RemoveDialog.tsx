import type { RoomMember } from "@conclave/client";
import { plainName } from "@conclave/client/pure";
import type { RoomDetail } from "@conclave/client/rpc";
import { type Signal, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { Banner, Button, CodeWords, Dialog, Stack, Toggle } from "../../design/index.js";
import { home } from "../../model/home.js";
import { carryOut } from "../room/carryOut.js";
import { t as common } from "../../design/words.js";
import { t } from "./words.js";

export interface RemoveDialogProps {
  readonly open: Signal<boolean>;
  readonly detail: RoomDetail;
  readonly member: RoomMember;
  /** The person's fingerprint words. */
  readonly words: readonly string[];
  /** Others have to approve it. */
  readonly isTogether: boolean;
}

/** Asks before somebody is removed, and says what it does and what it cannot. */
export function RemoveDialog({ open, detail, member, words, isTogether }: RemoveDialogProps): JSX.Element {
  const ban = useSignal(false);
  const isBusy = useSignal(false);
  const name = plainName(member.name);
  const remove = async () => {
    isBusy.value = true;
    const action = { type: "remove", person: member.person, ban: ban.value } as const;
    const isUnderWay = await carryOut(home().room(detail.key).decide(action), { action, of: name });
    isBusy.value = false;
    if (isUnderWay) open.value = false;
  };
  return (
    <Dialog
      open={open}
      onClose={() => (open.value = false)}
      title={t.removeTitle({ name })}
      actions={
        <>
          <Button onClick={() => (open.value = false)}>{common.cancel}</Button>
          <Button tone="danger" busy={isBusy} onClick={() => void remove()}>
            {t.removeYes}
          </Button>
        </>
      }
    >
      <Stack gap={4}>
        <p>{t.removeDoes}</p>
        {isTogether && <Banner tone="info" title={t.others} />}
        {/* RULE: web.remove-who: names can be alike, so whoever was never checked is shown with their words (attack A92). */}
        {member.checked === null && (
          <Stack gap={2}>
            <Banner tone={member.isLookalike ? "warning" : "info"} title={t.isThisThem}>
              {t.unchecked}
            </Banner>
            <CodeWords label={t.fingerprintOf({ name })} words={words} />
          </Stack>
        )}
        <Toggle label={t.ban} hint={t.banHint} checked={ban} />
      </Stack>
    </Dialog>
  );
}
