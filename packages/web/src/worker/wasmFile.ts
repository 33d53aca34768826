const FIRST_WAIT_MS = 60_000;
const LONGEST_WAIT_MS = 60 * 60_000;

/**
 * The WebAssembly at an address, for `vite.sodium.mjs`. While it cannot be fetched, or what comes is something else (the page
 * of a proxy), it is asked for again: after a minute, and then ever more seldom. What it is for is done without it meanwhile.
 *
 * @throws TypeError or ReferenceError where no WebAssembly is allowed at all.
 */
export async function wasmFile(url: string, firstWaitMs = FIRST_WAIT_MS): Promise<Uint8Array<ArrayBuffer>> {
  const { validate } = WebAssembly;
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
    const bytes = await fetched(url);
    if (bytes && validate(bytes)) return bytes;
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}

async function fetched(url: string): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    const answer = await fetch(url);
    return answer.ok ? new Uint8Array(await answer.arrayBuffer()) : null;
  } catch {
    return null;
  }
}
