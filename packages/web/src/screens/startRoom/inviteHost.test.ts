import { describe, expect, it } from "vitest";
import { inviteHost } from "./inviteHost.js";

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
});
