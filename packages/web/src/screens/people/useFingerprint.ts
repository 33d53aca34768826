import type { PersonId } from "@conclave/client/pure";
import type { RoomKey } from "@conclave/client/rpc";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { home } from "../../model/home.js";
import { itemOf } from "./item.js";

/** The words of a person's fingerprint; none until they are known. */
export function useFingerprint(key: RoomKey, person: PersonId): readonly string[] {
  const words = useSignal<readonly string[]>([]);
  useEffect(() => {
    void home()
      .room(key)
      .fingerprint(person)
      .then(
        (fingerprint) => {
          words.value = fingerprint.words.split(" ");
        },
        () => undefined,
      );
  }, [key, itemOf(person)]);
  return words.value;
}
