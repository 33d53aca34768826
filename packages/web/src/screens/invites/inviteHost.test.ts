import { describe, expect, it } from "vitest";
import { inviteHost, worksOnlyHere } from "./inviteHost.js";

const page = (address: string) => new URL(address);

describe("where an invite link leads", () => {
  it("is where the page is, with its folder", () => {
    expect(inviteHost("wss://relay.example", page("https://chat.example/#/start"))).toBe("https://chat.example");
    expect(inviteHost("wss://relay.example", page("https://a.example/talk/index.html"))).toBe("https://a.example/talk");
    expect(inviteHost("ws://127.0.0.1:8080", page("http://127.0.0.1:8080/"))).toBe("http://127.0.0.1:8080");
  });
  it("is never somebody's own machine when the relay is elsewhere", () => {
    expect(inviteHost("wss://relay.example/relay", page("http://127.0.0.1:4600/"))).toBe("https://relay.example");
  });
  it("is of use on this machine alone when the server is on it", () => {
    expect(worksOnlyHere("http://127.0.0.1:4430/#/join/v1.abc")).toBe(true);
    expect(worksOnlyHere("http://localhost:4430/#/join/v1.abc")).toBe(true);
    expect(worksOnlyHere("http://192.168.1.20:4430/#/join/v1.abc")).toBe(false);
    expect(worksOnlyHere("https://127.0.0.1.example/#/join/v1.abc")).toBe(false);
  });
});
