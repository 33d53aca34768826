import type { Decision } from "@conclave/client";
import { plainName } from "@conclave/client/pure";
import type { RoomDetail } from "@conclave/client/rpc";
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { Button } from "../../design/Button.js";
import { home } from "../../model/home.js";
import { carryOut } from "./carryOut.js";
import { outcomes } from "./outcomeWords.js";
import { oppositeOf } from "./opposite.js";

/** Takes a decision back, where our person alone may decide the opposite now. */
export function UndoDecision(props: { readonly detail: RoomDetail; readonly decision: Decision }): JSX.Element | null {
  const { detail, decision } = props;
  const offered = useSignal<Decision["action"] | null>(null);
  const isBusy = useSignal(false);
  useEffect(() => {
    let isOver = false;
    void opposite(detail, decision).then(
      (action) => {
        if (!isOver) offered.value = action;
      },
      () => undefined,
    );
    return () => {
      isOver = true;
    };
  }, [detail, decision]);
  const action = offered.value;
  if (action === null) return null;
  const undo = () => {
    isBusy.value = true;
    const done = carryOut(home().room(detail.key).decide(action), {
      action,
      of: plainName(decision.person?.name ?? ""),
    });
    void done.finally(() => (isBusy.value = false));
  };
  return (
    <Button size="small" tone="quiet" busy={isBusy} onClick={undo}>
      {outcomes.undo}
    </Button>
  );
}

async function opposite({ key }: RoomDetail, decision: Decision): Promise<Decision["action"] | null> {
  const action = oppositeOf(decision, await home().home.decisions(key));
  return action && (await home().room(key).outlook(action)).can === "alone" ? action : null;
}
