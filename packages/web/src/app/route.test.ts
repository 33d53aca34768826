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
  const at = (hash: string, pathname = "/", search = "") => {
    const address = {
      location: { hash, pathname, search },
      history: {
        state: { steps: 2 } as unknown,
        replaceState(_state: unknown, _unused: string, url: string) {
          const parts = /^([^?#]*)(\?[^#]*)?(#.*)?$/u.exec(url)!;
          if (url.startsWith("/")) Object.assign(address.location, { pathname: parts[1], search: parts[2] ?? "" });
          address.location.hash = parts[3] ?? "";
        },
      },
    };
    return address;
  };

  it("is taken out of the address and kept (RULE web.invite-strip)", () => {
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

  it.each([
    ["its fragment escaped", "#%2Fjoin%2Fv1.c2VjcmV0", "/", "", "/", "%2Fjoin%2Fv1.c2VjcmV0"],
    ["in the path", "", "/talk/%23/join/v1.c2VjcmV0", "", "/talk/", "https://page.invalid/talk/%23/join/v1.c2VjcmV0"],
    [
      "in the query",
      "#/rooms",
      "/",
      "?to=%23%2Fjoin%2Fv1.c2Vj",
      "/",
      "https://page.invalid/?to=%23%2Fjoin%2Fv1.c2Vj#/rooms",
    ],
    ["a tracker behind it", "#/join/v1.c2VjcmV0?utm_source=x", "/", "", "/", "v1.c2VjcmV0?utm_source=x"],
  ])(
    "leaves the address whole when something moved it: %s (RULE web.invite-strip)",
    (_how, hash, path, search, left, taken) => {
      const address = at(hash, path, search);
      expect(takeInvite(address)).toBe(true);
      expect(address.location).toEqual({ hash: "#/join", pathname: left, search: "" });
      expect(invite.value).toBe(taken);
      forgetInvite();
    },
  );

  it("leaves every other address alone", () => {
    const address = at("#/room/ab");
    expect(takeInvite(address)).toBe(false);
    expect(address.location.hash).toBe("#/room/ab");
    expect(invite.value).toBeNull();
  });

  it("can be pasted, as a whole link or its end", () => {
    pasteInvite(" https://chat.example.org/#/join/v1.abc ");
    expect(invite.value).toBe("https://chat.example.org/#/join/v1.abc");
    forgetInvite();
  });
});
