import { describe, expect, it } from "vitest";
import { allows, hostOf, mayConnect, ownRelay } from "./site.js";

const page = { protocol: "https:", host: "chat.example.org" };
const site = (...connect: string[]) => ({ servedBy: "serve" as const, connect });

describe("where a page may connect to", () => {
  it("its own host always, others only by its policy", () => {
    expect(mayConnect("wss://chat.example.org", site(), page)).toBe(true);
    expect(mayConnect("wss://other.example.org", site(), page)).toBe(false);
    expect(mayConnect("wss://other.example.org", site("wss://other.example.org"), page)).toBe(true);
    expect(mayConnect("wss://other.example.org:8443", site("wss://other.example.org"), page)).toBe(false);
    expect(mayConnect("wss://other.example.org", null, page)).toBe(true);
    expect(mayConnect("not an address", null, page)).toBe(false);
  });
  it("nothing without TLS from a page that came by TLS, but this machine", () => {
    expect(mayConnect("ws://other.example.org", null, page)).toBe(false);
    expect(mayConnect("ws://127.0.0.1:9000", site("ws://127.0.0.1:*"), page)).toBe(true);
  });
  it("reads sources as a browser does", () => {
    const url = new URL("wss://a.example.org:9000/relay");
    for (const source of [
      "wss:",
      "ws:",
      "*",
      "wss://a.example.org:*",
      "wss://*.example.org:9000",
      "a.example.org:9000",
    ])
      expect([source, allows(source, url)]).toEqual([source, true]);
    for (const source of ["ws://b.example.org:*", "wss://example.org:9000", "wss://a.example.org", "https:", "'none'"])
      expect([source, allows(source, url)]).toEqual([source, false]);
  });
  it("names a relay by its host", () => {
    expect(hostOf("wss://chat.example.org")).toBe("chat.example.org");
    expect(hostOf("http://127.0.0.1:8080")).toBe("127.0.0.1:8080");
    expect(hostOf("wss://user@host")).toBe(null);
    expect(ownRelay({ ...page, pathname: "/" })).toBe("wss://chat.example.org");
    expect(ownRelay({ ...page, pathname: "/talk/index.html" })).toBe("wss://chat.example.org/talk");
  });
});
