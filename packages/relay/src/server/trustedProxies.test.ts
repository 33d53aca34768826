import type { IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";
import { TrustedProxies, type TrustedProxyList } from "./trustedProxies.js";

function client(list: TrustedProxyList, peer: string, forwarded?: string | string[]): string {
  const headers = forwarded === undefined ? {} : { "x-forwarded-for": forwarded };
  return new TrustedProxies(list).clientOf({ headers, socket: { remoteAddress: peer } } as unknown as IncomingMessage);
}

describe("RULE relay.client-address", () => {
  it("without a trusted proxy a client is whoever connects, whatever it writes", () => {
    expect(client(0, "192.0.2.1")).toBe("192.0.2.1");
    expect(client(0, "192.0.2.1", "198.51.100.9")).toBe("192.0.2.1");
    expect(client(["10.0.0.0/8"], "192.0.2.1", "198.51.100.9")).toBe("192.0.2.1");
  });
  it("behind one proxy it is the last address, behind two the one before; what came before those was the client's own", () => {
    const forged = "203.0.113.5, 198.51.100.9, 192.0.2.8";
    expect([1, 2, 3].map((hops) => client(hops, "127.0.0.1", forged))).toEqual([
      "192.0.2.8",
      "198.51.100.9",
      "203.0.113.5",
    ]);
    expect(client(1, "127.0.0.1")).toBe("127.0.0.1");
    expect(client(4, "127.0.0.1", "192.0.2.8")).toBe("192.0.2.8");
    expect(client(1, "127.0.0.1", ["203.0.113.5", "192.0.2.8"])).toBe("192.0.2.8");
  });
  it("with networks it is the last address that is none of a proxy", () => {
    const own = ["10.0.0.0/8", "2001:db8::/32", "192.0.2.7"];
    expect(client(own, "10.1.2.3", "203.0.113.5, 198.51.100.9, 192.0.2.7, 2001:db8::5")).toBe("198.51.100.9");
    expect(client(own, "::ffff:10.1.2.3", "198.51.100.9")).toBe("198.51.100.9");
    expect(client(own, "192.0.2.8", "198.51.100.9")).toBe("192.0.2.8");
    expect(client(own, "10.1.2.3", "10.0.0.9, 192.0.2.7")).toBe("10.0.0.9");
    expect(client(own, "10.1.2.3", "198.51.100.9, unknown")).toBe("unknown");
  });
  it("a port behind an address does not make another address, and one of IPv6 counts as its /64", () => {
    expect(client(1, "127.0.0.1", "198.51.100.9:5123")).toBe("198.51.100.9");
    expect(client(1, "127.0.0.1", "[2001:db8:1:2::7]:443")).toBe("2001:db8:1:2::/64");
    expect(client(1, "127.0.0.1", "2001:db8:1:2::8")).toBe("2001:db8:1:2::/64");
  });
  it("knows its proxies, and refuses what is no network", () => {
    const proxies = new TrustedProxies(["10.0.0.0/8", "::1"]);
    expect(
      ["10.9.9.9", "::ffff:10.9.9.9", "::1", "11.0.0.1", "::2", "", undefined].map((each) => proxies.trusts(each)),
    ).toEqual([true, true, true, false, false, false, false]);
    expect(
      [new TrustedProxies(0), new TrustedProxies([]), proxies, new TrustedProxies(1)].map(({ isEmpty }) => isEmpty),
    ).toEqual([true, true, false, false]);
    for (const bad of ["10.0.0.0/33", "2001:db8::/129", "proxy", "10.0.0.1/", ""]) {
      expect(() => new TrustedProxies([bad])).toThrow(RangeError);
    }
  });
});
