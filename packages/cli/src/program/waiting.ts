import type { RoomSession } from "@conclave/client";
import type { Output } from "../terminal/output.js";

/** After this long a person is told what they are waiting for (ms). */
const SILENCE_MS = 1500;
const FOR_THE_RELAY = "Waiting for the relay …";

/** What a command is waiting for that needs this room to go on. */
export function forRoom(room: RoomSession): () => string {
  return () =>
    room.status().isRecovering
      ? "The relay was restored from a backup, and members' devices bring back what it lost. Waiting until it goes on, usually less than a minute …"
      : FOR_THE_RELAY;
}

/** Says after a while what the command is waiting for; `what` is asked then. */
export async function waiting<T>(
  output: Output,
  work: Promise<T>,
  what: string | (() => string) = FOR_THE_RELAY,
): Promise<T> {
  const timer = setTimeout(() => {
    output.note(typeof what === "string" ? what : what());
  }, SILENCE_MS);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}

/** Work that Ctrl-C ends in good order: what it began is cleaned up. */
export async function untilStopped<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const cancel = new AbortController();
  const stop = () => {
    cancel.abort();
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);
  try {
    return await work(cancel.signal);
  } finally {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.removeListener(signal, stop);
  }
}
