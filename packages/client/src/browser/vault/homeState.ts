import { type VaultSlotView, slotView } from "./vault.js";
import { VaultStore } from "./vaultStore.js";
import type { Volume } from "./volume.js";

/**
 * What there is of a home in this browser.
 * - `none`: nothing. A browser whose data was cleared looks the same: offer the recovery words beside a new start.
 * - `ready`: it opens without a secret.
 * - `locked`: it opens with a secret for one of `slots`.
 * - `keys_missing`: there is data and nothing that could open it, or slots and no data. The recovery words help.
 */
export interface HomeState {
  readonly state: "none" | "ready" | "locked" | "keys_missing";
  readonly slots: readonly VaultSlotView[];
  /** How many earlier volumes were set aside by a recovery: `eraseBrowserHome(name, "set_aside")` deletes them. */
  readonly setAside: number;
}

/** Looks at a home without opening it. In a worker or a page; it makes nothing and takes no lock. */
export async function inspectBrowserHome(name: string): Promise<HomeState> {
  return (await readHomeState(storeOf(name))).state;
}

/** What an opener needs to know of a home. */
export interface Look {
  readonly current: Volume | null;
  readonly making: string | null;
  readonly state: HomeState;
}

/** Reads what there is. It makes nothing. */
export async function readHomeState(store: VaultStore): Promise<Look> {
  const { current, making } = (await store.exists()) ? await store.read() : { current: null, making: null };
  // A volume that was being made when the browser stopped never held anything.
  const volumes = (await store.volumes()).filter((id) => id !== making);
  const setAside = volumes.filter((id) => id !== current?.id).length;
  const slots = (current?.slots ?? []).map(slotView);
  const hasData = current !== null && volumes.includes(current.id);
  const byItself = slots.some(({ kind }) => kind === "device");
  const opening = slots.length === 0 || !hasData ? "keys_missing" : byItself ? "ready" : "locked";
  const state = current === null && volumes.length === 0 ? "none" : opening;
  return { current, making, state: { state, slots, setAside } };
}

/** @throws RangeError for what is no name of a home. */
export function storeOf(name: string): VaultStore {
  if (!/^[a-z0-9-]{1,32}$/.test(name)) throw new RangeError("a home's name is 1 to 32 of a-z, 0-9 and -");
  return new VaultStore(name);
}
