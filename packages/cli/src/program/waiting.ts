import type { Output } from "../terminal/output.js";

/** From when on somebody who waits is told so (ms). */
const SILENCE_MS = 1500;

/** Says after a while that something is waited for. */
export async function waiting<T>(output: Output, work: Promise<T>): Promise<T> {
  const timer = setTimeout(() => {
    output.note("Waiting for the relay …");
  }, SILENCE_MS);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}

/** Work that Ctrl-C ends in good order: what it has begun is cleared away. */
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
