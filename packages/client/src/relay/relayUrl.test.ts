import { describe, expect, it } from "vitest";
import { socketUrl } from "./relayUrl.js";

describe("socketUrl", () => {
  it("is where a relay's socket is, for any way of writing its address", () => {
    for (const address of ["https://chat.example", "wss://chat.example/", "https://CHAT.example:443/relay"]) {
      expect(socketUrl(address)).toBe("wss://chat.example/relay");
    }
    expect(socketUrl("http://127.0.0.1:4430")).toBe("ws://127.0.0.1:4430/relay");
    for (const address of ["https://h.example/chat", "https://h.example/chat/", "wss://h.example/chat/relay"]) {
      expect(socketUrl(address)).toBe("wss://h.example/chat/relay");
    }
  });
  it("is nothing for what is no address of a relay, or says more than that", () => {
    const bad = ["", "chat.example", "ftp://x", "https://a:b@x", "https://x/?q", "https://x/#f", "javascript:1"];
    for (const address of bad) expect(socketUrl(address)).toBeNull();
  });
});
