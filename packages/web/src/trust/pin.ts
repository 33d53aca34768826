import type { BuildRef } from "./buildManifest.js";

/** Another build than the held one, that the host serves now. */
export interface Offer extends BuildRef {
  /** When it was first seen, ms since 1970. */
  readonly at: number;
  /** Null when every file is what its manifest says; else it cannot be used. `unreadable`: the host serves no real manifest. */
  readonly fault: null | "unreadable" | "files_differ";
  /** The person has said: keep the one I have. */
  readonly isDeclined: boolean;
}

/** The build that this browser holds on to, stored by the service worker. */
export interface Pin extends BuildRef {
  /** When it was first trusted or accepted, ms since 1970. */
  readonly since: number;
  /** The build before it: tabs that were not loaded again still ask for its files. */
  readonly previous: string | null;
  readonly offer: Offer | null;
  /** What the pages may connect to, as the host last said: the value of `connect-src`. */
  readonly connect: string;
  /** Starts since a page last reported that it runs, and the time of the first of them. */
  readonly silent: { readonly starts: number; readonly since: number };
}

/** What a page says to its service worker; the answer is the {@link Pin}, or null when nothing is held. */
export type PinRequest =
  | { readonly type: "status" }
  | { readonly type: "check" }
  | { readonly type: "accept"; readonly build: string }
  | { readonly type: "decline"; readonly build: string }
  /** To a service worker that waits: become the active one. */
  | { readonly type: "take_over" };

/** What the service worker tells every page when the pin or the offer changed. */
export interface PinNews {
  readonly pin: Pin | null;
}
