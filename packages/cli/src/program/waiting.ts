import type { Output } from "../terminal/output.js";

/** After this long a person is told what they are waiting for (ms). */
const SILENCE_MS = 1500;

/** Says after a while what the command is waiting for. */
export async function waiting<T>(output: Output, work: Promise<T>, what = "Waiting for the relay …"): Promise<T> {
  const timer = setTimeout(() => {
    output.note(what);
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
