import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { back, go } from "../../app/route.js";
import { isWrittenDown } from "../recovery/reminder.js";
import { RecoveryStep } from "../recovery/RecoveryStep.js";
import { InviteStep } from "./InviteStep.js";
import { keepStep, keptStep, type KeptStep } from "./keptStep.js";
import { RoomForm } from "./RoomForm.js";
import { t } from "./words.js";

/**
 * A room is founded, the words are written down, people are invited: three steps, of which the first is needed. A reload goes
 * on where it was.
 */
export function StartRoom(): JSX.Element {
  const [room, put] = useState(keptStep);
  // Asked once: who writes the words down in the second step does not lose a step under their feet.
  const [usual] = useState<2 | 3>(isWrittenDown.value ? 2 : 3);
  const goOn = (next: KeptStep) => {
    keepStep(next);
    put(next);
  };
  // Who leaves the way begins a new room the next time.
  useEffect(() => () => keepStep(null), []);
  if (!room) {
    const onBack = () => back({ at: "rooms" });
    return (
      <RoomForm
        step={t.step({ now: 1, all: usual })}
        onBack={onBack}
        onFounded={(key, title) => {
          goOn({ key, title, steps: usual, isInviting: false });
        }}
      />
    );
  }
  const { key, title, steps, isInviting } = room;
  if (steps === 3 && !isInviting) {
    const onDone = () => goOn({ ...room, isInviting: true });
    return (
      <RecoveryStep
        step={t.step({ now: 2, all: steps })}
        title={t.ready({ room: title })}
        lead={t.wordsLead}
        onDone={onDone}
      />
    );
  }
  const open = () => go({ at: "room", key, panel: null, item: null }, { replace: true });
  return <InviteStep step={t.step({ now: steps, all: steps })} room={key} title={title} onDone={open} />;
}
