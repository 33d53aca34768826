import type { Decision, RoomJoinRequest } from "@conclave/client";
import type { Explanation } from "@conclave/client/pure";
import type { RoomDetail, RoomKey } from "@conclave/client/rpc";
import { type ReadonlySignal, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { home, rooms } from "./home.js";

const SETTLE_MS = 60;

/**
 * Something of a room that is read from the worker, and read again after the room has changed; null until it is there.
 * Changes that come together are one reading.
 */
function useOfRoom<T>(key: RoomKey, read: (key: RoomKey) => Promise<T>): ReadonlySignal<T | null> {
  const value = useSignal<T | null>(null);
  const wanted = useSignal(0);
  useSignalEffect(() => {
    // Both make it read again: another summary of the room, and being told to.
    rooms.value.get(key);
    wanted.value.toString();
    let isOver = false;
    const timer = setTimeout(
      () => {
        void read(key).then(
          (found) => {
            if (!isOver) value.value = found;
          },
          () => undefined,
        );
      },
      value.peek() === null ? 0 : SETTLE_MS,
    );
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  });
  useEffect(() => {
    value.value = null;
    wanted.value++;
  }, [key]);
  return value;
}

/** Members, policy, proposals, invitations and codes of a room. */
export function useRoomDetail(key: RoomKey): ReadonlySignal<RoomDetail | null> {
  return useOfRoom(key, (room) => home().home.detail(room));
}

/** All decisions of a room, oldest first. */
export function useDecisions(key: RoomKey): ReadonlySignal<readonly Decision[] | null> {
  return useOfRoom(key, (room) => home().home.decisions(room));
}

/** Who can do what in a room, alone or together; null also where the room is not active. */
export function useExplanation(key: RoomKey): ReadonlySignal<Explanation | null> {
  return useOfRoom(key, (room) => home().room(room).explain());
}

/** Who asks to be let in; empty where this device may not see it. */
export function useRequests(key: RoomKey): ReadonlySignal<readonly RoomJoinRequest[] | null> {
  return useOfRoom(key, async (room) => {
    const requests = await home().room(room).requests();
    return requests.ok ? requests.value : [];
  });
}
