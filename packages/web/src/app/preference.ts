// Small settings of this browser that are no secret (theme, language). Storage may be forbidden: then they last as long as the page.

/** What was kept under the key, when it is one of the allowed values. */
export function recall<T extends string>(key: string, allowed: readonly T[], otherwise: T): T {
  const kept = storage()?.getItem(key) ?? null;
  return allowed.find((each) => each === kept) ?? otherwise;
}

/** What was kept under the key, whatever it is; empty when nothing was. The caller judges it. */
export function recallText(key: string): string {
  return storage()?.getItem(key) ?? "";
}

/** Keeps a value for the next visit. */
export function remember(key: string, value: string): void {
  try {
    storage()?.setItem(key, value);
  } catch {
    // A full or forbidden store is no reason to refuse the setting now.
  }
}

function storage(): Storage | null {
  try {
    return typeof localStorage === "undefined" ? null : localStorage;
  } catch {
    return null;
  }
}
