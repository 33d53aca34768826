import { isOwnMachine } from "../../trust/host.js";

/**
 * The web address that an invite link begins with: where this page came from, so that it can be opened by others. A page
 * from one's own machine gives the relay's address, where the same pages usually are.
 */
export function inviteHost(
  relay: string,
  page: Pick<Location, "protocol" | "host" | "hostname" | "pathname"> = location,
): string {
  const { protocol, host, hostname, pathname } = new URL(relay);
  if (isOwnMachine(page.hostname) && !isOwnMachine(hostname))
    return `${protocol === "wss:" ? "https:" : "http:"}//${host}${pathname.replace(/\/(?:relay)?$/u, "")}`;
  return `${page.protocol}//${page.host}${page.pathname.replace(/\/[^/]*$/u, "")}`;
}

/** Whether nobody on another machine can use a link: the server is on this one. */
export function worksOnlyHere(link: string): boolean {
  return isOwnMachine(new URL(link).hostname);
}
