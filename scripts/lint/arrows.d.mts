/** What each package may import. */
export const ARROWS: Readonly<Record<string, readonly string[]>>;
