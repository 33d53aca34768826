import type { RoomStatus } from "@conclave/client";
import type { RoomKey } from "@conclave/client/rpc";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { home } from "../../model/home.js";
import { isInFront } from "../../model/looking.js";

const SETTLE_MS = 300;

/**
 * Tells the home how far the person has read: only while this page is in front of them. Returns what to call when another
 * part of the room can be seen.
 *
 * @param lastSeen The place in the log of the last line that can be seen; 0 for none.
 */
export function useReading(key: RoomKey, status: RoomStatus, lastSeen: () => number): () => void {
  const latest = useRef({ status, lastSeen });
  latest.current = { status, lastSeen };
  const reading = useMemo(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    let done = 0;
    const read = () => {
      timer = null;
      if (!isInFront()) return;
      const { status: now, lastSeen: look } = latest.current;
      if (now.listMarks.isUnread) {
        // A lost call leaves the mark, as one sees.
        void home()
          .room(key)
          .arrange({ isUnread: false })
          .catch(() => undefined);
      }
      const n = look();
      if (now.firstUnread === null || n < now.firstUnread || n <= done) return;
      done = n;
      home()
        .room(key)
        .markRead(n)
        .catch(() => (done = 0));
    };
    return {
      look: () => {
        timer ??= setTimeout(read, SETTLE_MS);
      },
      stop: () => {
        if (timer !== null) clearTimeout(timer);
      },
    };
  }, [key]);
  useEffect(() => {
    window.addEventListener("focus", reading.look);
    document.addEventListener("visibilitychange", reading.look);
    return () => {
      window.removeEventListener("focus", reading.look);
      document.removeEventListener("visibilitychange", reading.look);
      reading.stop();
    };
  }, [reading]);
  return reading.look;
}
