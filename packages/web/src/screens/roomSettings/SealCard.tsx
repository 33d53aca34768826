import { plainName } from "@conclave/client/pure";
import type { RoomSummary } from "@conclave/client/rpc";
import { useSignal } from "@preact/signals";
import { LockKeyhole } from "lucide-preact";
import type { JSX } from "preact";
import { Field, useFault } from "../../design/index.js";
import { tidy } from "../startRoom/name.js";
import { DangerCard } from "./DangerCard.js";
import { t } from "./words.js";

/** Keeps the people as they are, for ever: asked for by the room's name, typed. */
export function SealCard({ room }: { readonly room: RoomSummary }): JSX.Element {
  const typed = useSignal("");
  const fault = useFault(typed);
  const title = plainName(room.title);
  // RULE: web.seal-typed: what nobody can ever undo is not one press away (docs/protocol.md §4).
  const isTyped = () => {
    const isSame = tidy(typed.value) === tidy(title);
    if (!isSame) fault.value = t.sealTyped;
    return isSame;
  };
  return (
    <DangerCard
      room={room}
      action={{ type: "seal" }}
      title={t.seal}
      text={t.sealText}
      ask={t.sealDo}
      icon={LockKeyhole}
      question={t.sealTitle({ room: title })}
      yes={t.sealYes}
      onOpen={() => {
        typed.value = "";
        fault.value = null;
      }}
      isSure={isTyped}
    >
      {(confirm) => (
        <>
          <p>{t.sealDoes}</p>
          <p>{t.sealNot}</p>
          <Field label={t.sealType({ room: title })} value={typed} error={fault} onEnter={confirm} />
        </>
      )}
    </DangerCard>
  );
}
