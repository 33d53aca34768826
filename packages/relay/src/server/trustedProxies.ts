import type { IncomingMessage } from "node:http";
import { BlockList, isIP } from "node:net";
import { addressGroup, plainAddress } from "./addressGroup.js";

/** How many proxies stand in front, or their addresses and networks: `10.0.0.0/8`, `2001:db8::/32`, `192.0.2.7`. */
export type TrustedProxyList = number | readonly string[];

/** Which proxies are believed about whom they speak for. */
export class TrustedProxies {
  private readonly hops: number;
  private readonly networks = new BlockList();

  /** @throws RangeError for what is neither an address nor a network */
  constructor(private readonly list: TrustedProxyList) {
    this.hops = typeof list === "number" ? list : 0;
    for (const text of typeof list === "number" ? [] : list) {
      const network = networkOf(text);
      if (network === null) throw new RangeError(`${text} is no address and no network`);
      this.networks.addSubnet(...network);
    }
  }

  /** Whether there are none. */
  get isEmpty(): boolean {
    return typeof this.list === "number" ? this.list === 0 : this.list.length === 0;
  }

  /** Whether whoever has this address, at the other end of the relay's own socket, is a proxy. */
  trusts(peer: string | undefined): boolean {
    if (this.hops > 0) return true;
    const address = plainAddress(peer ?? "");
    const family = isIP(address);
    return family !== 0 && this.networks.check(address, family === 4 ? "ipv4" : "ipv6");
  }

  /**
   * Who a request counts as: the last one in the chain of addresses that no proxy of ours has; or the address that the first of so
   * many proxies saw.
   *
   * RULE: relay.client-address: what a client writes into `X-Forwarded-For` itself never counts: only what trusted proxies
   * added to it (attack A161).
   */
  clientOf(request: IncomingMessage): string {
    const peer = request.socket.remoteAddress ?? "";
    const chain = [...forwardedFor(request), peer];
    let at = chain.length - 1;
    if (this.hops > 0) at = Math.max(0, at - this.hops);
    else while (at > 0 && this.trusts(chain[at])) at--;
    return addressGroup(chain[at]!);
  }
}

/** The addresses in `X-Forwarded-For`, the client's first; some proxies write a port behind. */
export function forwardedFor({ headers }: IncomingMessage): string[] {
  const header = headers["x-forwarded-for"] ?? [];
  return (Array.isArray(header) ? header : [header])
    .flatMap((each) => each.split(","))
    .map((each) => each.trim())
    .filter((each) => each !== "")
    .map((each) => /^\[(.+)\](?::\d+)?$/u.exec(each)?.[1] ?? /^([\d.]+):\d+$/u.exec(each)?.[1] ?? each);
}

function networkOf(text: string): [address: string, prefix: number, family: "ipv4" | "ipv6"] | null {
  const [, address = "", bits] = /^([^/]+)(?:\/(\d{1,3}))?$/u.exec(text) ?? [];
  const family = isIP(address);
  const most = family === 4 ? 32 : 128;
  const prefix = Number(bits ?? most);
  return family === 0 || prefix > most ? null : [address, prefix, family === 4 ? "ipv4" : "ipv6"];
}
