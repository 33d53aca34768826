import type { Decision } from "@conclave/client";
import type { Rejection } from "@conclave/client/pure";
import type { RoomDetail } from "@conclave/client/remote";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { home } from "../../model/home.js";

/** What would come of an action: it is done at once, others are asked, or it is not to be had. */
export type Foreseen = "alone" | "together" | "refused";

/**
 * What would come of each of these actions, by the judge of the room itself; "refused" while that is not known, so that
 * nothing is offered that is not allowed. Found out again when the room has changed.
 */
export function useForeseen<K extends string>(
  detail: RoomDetail,
  actions: Readonly<Record<K, Decision["action"]>>,
): (name: K) => Foreseen {
  const known = useSignal<ReadonlyMap<string, Foreseen>>(new Map());
  useEffect(() => {
    let isOver = false;
    const calls = home().room(detail.key);
    const each = Object.entries<Decision["action"]>(actions).map(
      async ([name, action]) => [name, foreseen(await calls.foresee(action))] as const,
    );
    void Promise.all(each).then(
      (all) => {
        if (!isOver) known.value = new Map(all);
      },
      () => undefined,
    );
    return () => {
      isOver = true;
    };
  }, [detail]);
  return (name) => known.value.get(name) ?? "refused";
}

function foreseen(rejection: Rejection | null): Foreseen {
  return rejection === null ? "alone" : rejection.code === "approvals_missing" ? "together" : "refused";
}
