import { describe, expect, it } from "vitest";
import { invite, forgetInvite, pasteInvite, takeInvite } from "./invite.js";
import { href, parseRoute, type Route } from "./route.js";

describe("routes", () => {
  const routes: Route[] = [
    { at: "welcome" },
    { at: "join" },
    { at: "rooms" },
    { at: "room", key: "ab12", panel: null, item: null },
    { at: "room", key: "ab12", panel: "people", item: null },
    { at: "room", key: "ab12", panel: "verify", item: "a/b c" },
    { at: "settings", section: null },
    { at: "settings", section: "security" },
  ];

  it("have an address, and are found again from it", () => {
    for (const each of routes) expect(parseRoute(href(each))).toEqual(each);
  });

  it("that are unknown or broken lead to the rooms", () => {
    for (const hash of [
      "",
      "#",
      "#/",
      "#/nowhere",
      "#/room",
      "#/room/",
      "#/room/%E0%A4%A",
      `#/room/${"a".repeat(5000)}`,
    ])
      expect(parseRoute(hash), hash).toEqual({ at: "rooms" });
    expect(parseRoute("#/room/ab/unknown/x")).toEqual({ at: "room", key: "ab", panel: null, item: null });
  });
});

describe("an invite in the address", () => {
  const at = (hash: string) => {
    const address = {
      location: { hash },
      history: {
        state: { steps: 2 } as unknown,
        replaceState(_state: unknown, _unused: string, url: string) {
          address.location.hash = url;
        },
      },
    };
    return address;
  };

  it("is taken out and kept in memory (RULE web.invite-strip)", () => {
    const address = at("#/join/v1.c2VjcmV0");
    expect(takeInvite(address)).toBe(true);
    expect(address.location.hash).toBe("#/join");
    expect(invite.value).toBe("v1.c2VjcmV0");
    forgetInvite();
    expect(invite.value).toBeNull();
  });

  it("is taken out even when it is none that we know", () => {
    const address = at("#/join/v9.c2VjcmV0/extra");
    takeInvite(address);
    expect(address.location.hash).toBe("#/join");
    forgetInvite();
  });

  it("leaves every other address alone", () => {
    const address = at("#/room/ab");
    expect(takeInvite(address)).toBe(false);
    expect(address.location.hash).toBe("#/room/ab");
    expect(invite.value).toBeNull();
  });

  it("can be pasted, as a whole link or its end", () => {
    pasteInvite(" https://chat.example.org/#/join/v1.abc ");
    expect(invite.value).toBe("v1.abc");
    forgetInvite();
  });
});
