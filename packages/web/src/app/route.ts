import type { RoomKey } from "@conclave/client/rpc";
import { computed, signal } from "@preact/signals";
import "./invite.js";

/** What can be open beside a conversation. */
export const PANELS = ["people", "decisions", "invites", "verify", "alarms", "room", "search", "approvals"] as const;
export type Panel = (typeof PANELS)[number];

/** Where a person is. Each has an address, so that back, forward, reload and "open in a new tab" work. */
export type Route =
  | { readonly at: "welcome" }
  | { readonly at: "start" }
  /** The invite itself is in `invite`, never in the address. */
  | { readonly at: "join" }
  /** Coming back with recovery words. */
  | { readonly at: "recovery" }
  /** This home's own recovery sheet. */
  | { readonly at: "sheet" }
  | { readonly at: "rooms" }
  /** `item` is what the panel is about: a person's or an invite's key. */
  | {
      readonly at: "room";
      readonly key: RoomKey;
      readonly panel: Panel | null;
      readonly item: string | null;
      /** The message that a link leads to, by its id. */
      readonly message?: string;
    }
  | { readonly at: "search" }
  | { readonly at: "settings"; readonly section: string | null };

const PLAIN = ["welcome", "start", "join", "recovery", "sheet", "rooms", "search"] as const;
/** In the place of a panel: a link to a message. */
const MESSAGE = "message";
const MAX_PART = 200;

const address = signal(typeof window === "undefined" ? "" : location.hash);

/** Where the person is now. */
export const route = computed<Route>(() => parseRoute(address.value));

/** The route of a hash; whatever is unknown is the start: rooms. */
export function parseRoute(hash: string): Route {
  const [first = "", ...rest] = hash.replace(/^#\/?/u, "").split("/").map(part);
  const plain = PLAIN.find((each) => each === first);
  if (plain) return { at: plain };
  if (first === "settings") return { at: "settings", section: rest[0] ?? null };
  const [key, panel, item] = rest;
  if (first === "room" && key) {
    if (panel === MESSAGE && item) return { at: "room", key, panel: null, item: null, message: item };
    const known = PANELS.find((each) => each === panel) ?? null;
    return { at: "room", key, panel: known, item: known ? (item ?? null) : null };
  }
  return { at: "rooms" };
}

/** The address of a route, for links: `<a href={href({ at: "rooms" })}>`. */
export function href(to: Route): string {
  const parts: (string | null)[] = [to.at];
  if (to.at === "room" && to.message) parts.push(to.key, MESSAGE, to.message);
  else if (to.at === "room") parts.push(to.key, to.panel, to.panel && to.item);
  if (to.at === "settings") parts.push(to.section);
  return `#/${parts.flatMap((each) => (each ? [encodeURIComponent(each)] : [])).join("/")}`;
}

/** Goes there. With `replace` the page of now is not one to come back to. */
export function go(to: Route, { replace = false }: { readonly replace?: boolean } = {}): void {
  const url = href(to);
  if (url === location.hash) return;
  if (replace) history.replaceState(history.state, "", url);
  else history.pushState({ steps: steps() + 1 }, "", url);
  here = steps();
  address.value = url;
}

/** Goes back within Conclave; when the person came from elsewhere, goes to `otherwise` and does not leave. */
export function back(otherwise: Route): void {
  if (steps() > 0) history.back();
  else go(otherwise, { replace: true });
}

/** Follows the address; called once, before the first render. */
export function startRouting(): void {
  const follow = () => {
    // A link was followed: the browser made the entry, and knows nothing of steps.
    if (history.state === null) history.replaceState({ steps: here + 1 }, "", location.href);
    here = steps();
    address.value = location.hash;
  };
  window.addEventListener("hashchange", follow);
  window.addEventListener("popstate", follow);
  here = steps();
  address.value = location.hash;
}

let here = 0;

// How many pages of ours lie behind this one.
function steps(): number {
  const state = history.state as { steps?: unknown } | null;
  return typeof state?.steps === "number" ? state.steps : 0;
}

function part(text: string): string {
  if (text.length > MAX_PART) return "";
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}
