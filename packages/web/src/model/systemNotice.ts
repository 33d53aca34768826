import { go, href, parseRoute, type Route } from "../app/route.js";

/** Null where pages may have no service worker (no TLS). */
const workers = typeof navigator !== "undefined" && "serviceWorker" in navigator ? navigator.serviceWorker : null;

/** What the system shows. */
export interface SystemNotice {
  readonly title: string;
  readonly body: string;
  /** Of two with one tag the system shows the later. */
  readonly tag: string;
  /** Where a press leads. */
  readonly to: Route;
}

/** What the service worker tells a page when one of its notifications was pressed: the address of {@link SystemNotice.to}. */
export interface PressedNotice {
  readonly pressed: string;
}

/**
 * Shows it: from the page or, where phones leave that to service workers, from ours. Gives what takes it away again; null
 * where neither can.
 */
export async function showSystemNotice({ title, body, tag, to }: SystemNotice): Promise<(() => void) | null> {
  try {
    const notification = new Notification(title, { body, tag });
    notification.onclick = () => {
      window.focus();
      go(to);
      notification.close();
    };
    return () => notification.close();
  } catch {
    const registration = await workers?.getRegistration().catch(() => undefined);
    if (!registration?.active) return null;
    const shown = registration.showNotification(title, { body, tag, data: href(to) });
    await shown.catch(() => undefined);
    return () => {
      void registration.getNotifications({ tag }).then((all) => all.forEach((each) => each.close()));
    };
  }
}

/** Goes where a notification of the service worker leads, when it was pressed. Called once. */
export function followNotices(): void {
  workers?.addEventListener("message", ({ data }: MessageEvent<Partial<PressedNotice>>) => {
    if (typeof data.pressed === "string") go(parseRoute(data.pressed));
  });
  // Without it nothing comes before the page has loaded whole.
  workers?.startMessages();
}
