import type { Decision } from "@conclave/client";
import type { Outlook } from "@conclave/client/pure";
import type { RoomDetail } from "@conclave/client/rpc";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { home } from "../../model/home.js";

/**
 * What would come of each of these actions, by the judge of the room itself; "no" while that is not known, so that nothing
 * is offered that is not allowed. Found out again when the room has changed.
 */
export function useOutlooks<K extends string>(
  detail: RoomDetail,
  actions: Readonly<Record<K, Decision["action"]>>,
): (name: K) => Outlook["can"] {
  const known = useSignal<ReadonlyMap<string, Outlook["can"]>>(new Map());
  useEffect(() => {
    let isOver = false;
    const calls = home().room(detail.key);
    const each = Object.entries<Decision["action"]>(actions).map(
      async ([name, action]) => [name, (await calls.outlook(action)).can] as const,
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
  return (name) => known.value.get(name) ?? "no";
}
