import type { LoadHook } from "node:module";
import type { SeededFault } from "./faults.js";

let fault: SeededFault | null = null;

/** Called by Node with what `register` was given. */
export function initialize(data: SeededFault): void {
  fault = data;
}

/** Loads a file, and puts the fault into the one that it is for. */
export const load: LoadHook = async (url, context, nextLoad) => {
  const loaded = await nextLoad(url, context);
  if (fault === null || !url.endsWith(fault.file)) return loaded;
  const source = Buffer.from(loaded.source as Uint8Array).toString();
  // A fault that fits nowhere would be found nowhere either.
  if (source.split(fault.from).length !== 2) throw new Error(`the fault does not fit ${url}: “${fault.from}”`);
  return { ...loaded, source: source.replace(fault.from, () => fault!.to) };
};
