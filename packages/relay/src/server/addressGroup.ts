import type { IncomingMessage } from "node:http";
import { isIPv6 } from "node:net";

/**
 * Who a client's address counts as: an IPv4 address by itself, an IPv6 address as its /64, which is what one customer gets
 * (RFC 6177), so that nobody is 2^64 people. Anything that is not an address counts as itself.
 */
export function addressGroup(address: string): string {
  const plain = address.split("%")[0]!;
  const mapped = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/iu.exec(plain);
  if (mapped) return mapped[1]!;
  if (!isIPv6(plain)) return address;
  // As a URL writes it, an address is lower case and without leading zeros.
  const [head = "", tail] = new URL(`http://[${plain}]`).hostname.slice(1, -1).split("::");
  const first = head === "" ? [] : head.split(":");
  const last = tail === undefined || tail === "" ? [] : tail.split(":");
  const gap = Array.from({ length: tail === undefined ? 0 : 8 - first.length - last.length }, () => "0");
  return `${[...first, ...gap, ...last].slice(0, 4).join(":")}::/64`;
}

/** Who a request counts as. Behind a proxy that is the last address in `X-Forwarded-For`, which the proxy sets. */
export function clientAddress(request: IncomingMessage, isBehindProxy: boolean): string {
  const forwarded = isBehindProxy ? request.headers["x-forwarded-for"] : undefined;
  const last = (Array.isArray(forwarded) ? forwarded.join(",") : (forwarded ?? "")).split(",").at(-1)?.trim();
  return addressGroup(last === undefined || last === "" ? (request.socket.remoteAddress ?? "") : last);
}
