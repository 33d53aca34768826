import { signal } from "@preact/signals";

// This file is the first thing that the page runs (main.tsx), and it imports nothing that looks at the address.

const JOIN = "#/join/";

/** The secret part of the invite link that this page was opened with ("v1.…"), in memory only; null without one. */
export const invite = signal<string | null>(null);

/** Where the link is taken from: the window's own, or a test's. */
export interface Address {
  readonly location: { readonly hash: string };
  readonly history: { replaceState(state: unknown, unused: string, url: string): void; readonly state: unknown };
}

/**
 * Takes an invite out of the address bar: true when there was one.
 *
 * RULE: web.invite-strip: the secret of a link leaves the address, and with it the history entry, before anything else runs;
 * what shares, syncs or photographs the address later does not find it (attack A36). The browser may have noted the address
 * when it opened it: that is out of a page's reach.
 */
export function takeInvite({ location, history }: Address): boolean {
  if (!location.hash.startsWith(JOIN)) return false;
  const taken = location.hash.slice(JOIN.length);
  history.replaceState(history.state, "", "#/join");
  if (taken !== "") invite.value = taken;
  return taken !== "";
}

/** Takes a link that a person pasted into a field. */
export function pasteInvite(link: string): void {
  const at = link.lastIndexOf("v1.");
  invite.value = at < 0 ? link.trim() : link.slice(at).trim();
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
