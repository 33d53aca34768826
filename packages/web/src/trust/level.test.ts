import { expect, it } from "vitest";
import type { Host } from "./host.js";
import { levelOf } from "./level.js";

it("RULE web.level: the better level is said only where it is so", () => {
  const chat = new URL("https://chat.example.org/");
  const own = new URL("http://127.0.0.1:4431/");
  const web: Host = { servedBy: "web", connect: [] };
  const serve: Host = { servedBy: "serve", connect: [] };
  expect(levelOf(own, web, [])).toBe("L2");
  expect(levelOf(own, web, ["wss://chat.example.org/relay"])).toBe("L2");
  // A host elsewhere that says it is our machine.
  expect(levelOf(chat, web, [])).toBe("L0");
  expect(levelOf(new URL("https://127.0.0.1.evil.example/"), web, [])).toBe("L0");
  expect(levelOf(own, serve, [])).toBe("L0");
  expect(levelOf(chat, serve, ["wss://chat.example.org/relay"])).toBe("L0");
  expect(levelOf(chat, null, ["wss://relay.example.org/relay"])).toBe("L1");
  expect(levelOf(chat, null, ["wss://relay.example.org/relay", "wss://chat.example.org/relay"])).toBe("L0");
  expect(levelOf(chat, null, ["no address"])).toBe("L0");
  expect(levelOf(chat, null, [])).toBe("L0");
});
