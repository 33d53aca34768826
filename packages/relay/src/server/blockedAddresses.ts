import { existsSync, readFileSync } from "node:fs";
import { BlockList, isIP } from "node:net";
import { addressGroup } from "./addressGroup.js";
import { writeDurably } from "../backup/durableFile.js";

/** The longest prefix of an IPv6 network that can be blocked: what is longer counts as its /64. */
const GROUP_PREFIX = 64;

/** The addresses and networks that the operator has blocked, kept in a file with one a line. */
export class BlockedAddresses {
  private readonly entries = new Set<string>();
  private list = new BlockList();

  /** Reads the file, if there is one. @throws Error, with a sentence for the operator, for a line that is no address. */
  constructor(private readonly path: string) {
    const lines = existsSync(path) ? readFileSync(path, "utf8").split("\n") : [];
    for (const line of lines.map((each) => each.trim())) {
      if (line === "" || line.startsWith("#")) continue;
      const network = networkOf(line);
      if (network === null) throw new Error(`${path} has a line that is no address: ${line.slice(0, 60)}`);
      this.entries.add(network);
    }
    this.rebuild();
  }

  /** What is blocked, as it is written in the file. */
  get all(): readonly string[] {
    return [...this.entries];
  }

  /** Whether an address, as `addressGroup` writes it, is blocked. */
  has(group: string): boolean {
    const address = group.split("/")[0]!;
    const family = isIP(address);
    return family !== 0 && this.list.check(address, family === 4 ? "ipv4" : "ipv6");
  }

  /** Blocks a network, and keeps that. `network` is from {@link networkOf}. */
  add(network: string): void {
    this.change((entries) => entries.add(network));
  }

  /** Unblocks a network. False when it is not in the list; a part of a blocked network is not. */
  remove(network: string): boolean {
    if (!this.entries.has(network)) return false;
    this.change((entries) => entries.delete(network));
    return true;
  }

  private change(change: (entries: Set<string>) => void): void {
    const next = new Set(this.entries);
    change(next);
    writeDurably(this.path, [...next].map((each) => `${each}\n`).join(""));
    change(this.entries);
    this.rebuild();
  }

  private rebuild(): void {
    this.list = new BlockList();
    for (const entry of this.entries) {
      const [address = "", prefix] = entry.split("/");
      const family = isIP(address) === 4 ? "ipv4" : "ipv6";
      if (prefix === undefined) this.list.addAddress(address, family);
      else this.list.addSubnet(address, Number(prefix), family);
    }
  }
}

/**
 * An address or a network (`192.0.2.7`, `192.0.2.0/24`, `2001:db8::1`, `2001:db8::/32`) in the form that is stored, or null for
 * anything else. One IPv6 address is its /64, which is what the relay tells people apart by.
 */
export function networkOf(text: string): string | null {
  const [address = "", prefix, ...rest] = text.trim().split("/");
  const family = isIP(address);
  if (family === 0 || address.includes("%") || rest.length > 0) return null;
  if (prefix === undefined) return addressGroup(address);
  if (!/^\d{1,3}$/u.test(prefix) || Number(prefix) < 1) return null;
  if (family === 4) return Number(prefix) <= 32 ? `${address}/${Number(prefix)}` : null;
  if (Number(prefix) > 128) return null;
  return Number(prefix) >= GROUP_PREFIX ? addressGroup(address) : `${address}/${Number(prefix)}`;
}
