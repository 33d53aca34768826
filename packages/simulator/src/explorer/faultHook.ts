import type { LoadHook } from "node:module";
import type { SeededFault } from "./faults.js";

let fault: Pick<SeededFault, "edits"> | null = null;

/** Called by Node with what `register` was given. */
export function initialize(data: Pick<SeededFault, "edits">): void {
  fault = data;
}

/** Loads a file, and puts the fault into the one that it is for. */
export const load: LoadHook = async (url, context, nextLoad) => {
  const loaded = await nextLoad(url, context);
  const edits = fault?.edits.filter(({ file }) => url.endsWith(file)) ?? [];
  if (edits.length === 0) return loaded;
  let source = Buffer.from(loaded.source as Uint8Array).toString();
  for (const { from, to } of edits) {
    // A fault that fits nowhere would be found nowhere either.
    if (source.split(from).length !== 2) throw new Error(`the fault does not fit ${url}: “${from}”`);
    source = source.replace(from, () => to);
  }
  return { ...loaded, source };
};
