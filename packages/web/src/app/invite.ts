import { signal } from "@preact/signals";

import { linkInAddress } from "@conclave/client/pure";

// This file is the first thing that the page runs (main.tsx), and it imports nothing that looks at the address.

const JOIN = "#/join/";

const KEY = "conclave.invite";

/** What a person typed on the page of an invite. */
export interface TypedForInvite {
  readonly name: string;
  /** What is said to those who let in. */
  readonly note: string;
}

interface Kept extends TypedForInvite {
  readonly link: string;
}

const found = stored();

/**
 * The invite that this page was opened with or given, as `readGivenLink` reads it; null without one. It outlives a reload: this
 * tab's session storage keeps it until it was used or declined (`forgetInvite`). Nothing else does.
 */
export const invite = signal<string | null>(found?.link ?? null);

let typed: TypedForInvite = { name: found?.name ?? "", note: found?.note ?? "" };

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
  if (taken !== "") put(taken);
  return taken !== "";
}

// A whole one, so that the link's reader sees what a server saw.
function address({ hash, pathname, search }: Address["location"]): string {
  const origin = typeof location === "undefined" ? "https://page.invalid" : location.origin;
  return `${origin}${pathname}${search}${hash}`;
}

/** Takes what a person pasted into a field; `readGivenLink` finds the link in it. */
export function pasteInvite(given: string): void {
  put(given.trim());
}

/** What was typed for this invite, before a reload too; empty texts at first. */
export function typedForInvite(): TypedForInvite {
  return typed;
}

/** Keeps what is being typed, with the invite and as long as it; without an invite nothing. */
export function keepTyped(now: TypedForInvite): void {
  const link = invite.peek();
  if (link === null) return;
  typed = { name: now.name, note: now.note };
  store({ link, ...typed });
}

/** The invite was used or declined: nothing keeps it, nor what was typed for it. */
export function forgetInvite(): void {
  typed = { name: "", note: "" };
  store(null);
  invite.value = null;
}

// What was typed for another invite is no part of this one.
function put(link: string): void {
  if (link !== invite.peek()) typed = { name: "", note: "" };
  store({ link, ...typed });
  invite.value = link;
}

function stored(): Kept | null {
  try {
    const read: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
    if (typeof read !== "object" || read === null) return null;
    const { link, name, note } = read as Record<string, unknown>;
    return typeof link === "string" && typeof name === "string" && typeof note === "string"
      ? { link, name, note }
      : null;
  } catch {
    return null;
  }
}

function store(kept: Kept | null): void {
  try {
    if (kept) sessionStorage.setItem(KEY, JSON.stringify(kept));
    else sessionStorage.removeItem(KEY);
  } catch {
    // Where storage is forbidden, or the text larger than it, a reload asks for the link again.
  }
}

if (typeof window !== "undefined") {
  takeInvite(window);
  // A link pasted into the address bar of an open page does not load the page returned. This listener is the first one.
  window.addEventListener("hashchange", () => takeInvite(window), true);
}
