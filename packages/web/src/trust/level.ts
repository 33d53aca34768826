import { isOwnMachine, type Host } from "./host.js";

/**
 * Who could change this page:
 * `L0` the operator of a relay that is in use; `L1` the operator of another host, who has no relay of ours; `L2` this machine.
 */
export type TrustLevel = "L0" | "L1" | "L2";

/** The level of a page at `page`, whose host says about itself `from`, for somebody whose rooms are on these relays. */
// RULE: web.level: the better level is never said on a guess: L2 only from this machine's own address, L1 only when every
// relay in use is on another host than the page, and there is one.
export function levelOf(page: URL, from: Host | null, relays: readonly string[]): TrustLevel {
  if (from?.servedBy === "web" && isOwnMachine(page.hostname)) return "L2";
  const hosts = relays.map((address) => (URL.canParse(address) ? new URL(address).host : page.host));
  return hosts.length > 0 && hosts.every((host) => host !== page.host) ? "L1" : "L0";
}
