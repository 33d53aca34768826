import { isIPv4, isIPv6 } from "node:net";

/**
 * Who a client's address counts as: an IPv4 address by itself, an IPv6 address as its /64, which is what one customer gets
 * (RFC 6177), so that nobody is 2^64 people. Anything that is not an address counts as itself.
 */
export function addressGroup(address: string): string {
  const plain = plainAddress(address);
  if (!isIPv6(plain)) return isIPv4(plain) ? plain : address;
  // As a URL writes it, an address is lower case and without leading zeros.
  const [head = "", tail] = new URL(`http://[${plain}]`).hostname.slice(1, -1).split("::");
  const first = head === "" ? [] : head.split(":");
  const last = tail === undefined || tail === "" ? [] : tail.split(":");
  const gap = Array.from({ length: tail === undefined ? 0 : 8 - first.length - last.length }, () => "0");
  return `${[...first, ...gap, ...last].slice(0, 4).join(":")}::/64`;
}

/** An address without its zone; one of IPv4 in its IPv6 form as itself. */
export function plainAddress(address: string): string {
  const plain = address.split("%")[0]!;
  return /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/iu.exec(plain)?.[1] ?? plain;
}
