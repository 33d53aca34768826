import { signal } from "@preact/signals";

import { linkInAddress } from "@conclave/client/pure";

// This file is the first thing that the page runs (main.tsx), and it imports nothing that looks at the address.

const JOIN = "#/join/";

/** The invite that this page was opened with or given, as `readGivenLink` reads it, in memory only; null without one. */
export const invite = signal<string | null>(null);

/** Where the link is taken from: the window's own, or a test's. */
export interface Address {
  readonly location: Readonly<Pick<Location, "hash" | "pathname" | "search">>;
  readonly history: { replaceState(state: unknown, unused: string, url: string): void; readonly state: unknown };
}

/**
 * Takes an invite out of the address bar: true when there was one.
 *
 * RULE: web.invite-strip: the secret of a link leaves the address, and with it the history entry, before anything else runs;
 * what shares, syncs or photographs the address later does not find it (attack A36). The browser may have noted the address
 * when it opened it: that is out of a page's reach. A link that something moved in front of the `#` has been shown to the
 * server, and leaves the address just so: it is asked for no second time.
 */
export function takeInvite({ location, history }: Address): boolean {
  const { hash, pathname, search } = location;
  const before = linkInAddress(pathname + search);
  if (before === null && !hash.startsWith(JOIN) && linkInAddress(hash) === null) return false;
  const taken = before === null ? hash.slice(hash.startsWith(JOIN) ? JOIN.length : 1) : address(location);
  const clean =
    before !== null && before < pathname.length ? pathname.slice(0, before).replace(/[^/]*$/u, "") : pathname;
  history.replaceState(history.state, "", before === null ? "#/join" : `${clean}#/join`);
  if (taken !== "") invite.value = taken;
  return taken !== "";
}

// A whole one, so that the link's reader sees what a server saw.
function address({ hash, pathname, search }: Address["location"]): string {
  const origin = typeof location === "undefined" ? "https://page.invalid" : location.origin;
  return `${origin}${pathname}${search}${hash}`;
}

/** Takes what a person pasted into a field; `readGivenLink` finds the link in it. */
export function pasteInvite(given: string): void {
  invite.value = given.trim();
}

/** The invite was used or declined: nothing keeps it. */
export function forgetInvite(): void {
  invite.value = null;
}

if (typeof window !== "undefined") {
  takeInvite(window);
  // A link pasted into the address bar of an open page does not load the page anew. This listener is the first one.
  window.addEventListener("hashchange", () => takeInvite(window), true);
}
