import type { RoomKey } from "@conclave/client/remote";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { back, go } from "../../app/route.js";
import { prepareReturns } from "../recovery/prepareReturns.js";
import { isWrittenDown } from "../recovery/reminder.js";
import { RecoveryStep } from "../recovery/RecoveryStep.js";
import { InviteStep } from "./InviteStep.js";
import { RoomForm } from "./RoomForm.js";
import { t } from "./words.js";

/** A room is founded, the words are written down, people are invited: three steps, of which the first is needed. */
export function StartRoom(): JSX.Element {
  const [room, found] = useState<{ readonly key: RoomKey; readonly title: string } | null>(null);
  const [isInviting, invite] = useState(false);
  // Asked once: who writes the words down in the second step does not lose a step under their feet.
  const [steps] = useState(isWrittenDown.value ? 2 : 3);
  if (!room) {
    const onBack = () => back({ at: "rooms" });
    return (
      <RoomForm
        step={t.step(1, steps)}
        onBack={onBack}
        onFounded={(key, title) => {
          found({ key, title });
          if (isWrittenDown.peek()) prepareReturns();
        }}
      />
    );
  }
  if (steps === 3 && !isInviting) {
    return (
      <RecoveryStep
        step={t.step(2, steps)}
        title={t.ready(room.title)}
        lead={t.wordsLead}
        onDone={() => invite(true)}
      />
    );
  }
  const open = () => go({ at: "room", key: room.key, panel: null, item: null }, { replace: true });
  return <InviteStep step={t.step(steps, steps)} room={room.key} title={room.title} onDone={open} />;
}
