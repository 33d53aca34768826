/** Where a menu opens. */
export type MenuPlace = HTMLElement | { readonly x: number; readonly y: number };
