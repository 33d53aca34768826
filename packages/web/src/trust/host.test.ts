import { afterEach, expect, it, vi } from "vitest";
import { hostSays } from "./host.js";

afterEach(() => vi.unstubAllGlobals());

const said = { servedBy: "serve", connect: ["wss://chat.example.org"] };

it("what the host says counts where the browser is full or forbids storage too", async () => {
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json(said)));
  const fails = () => {
    throw new DOMException("no more space", "QuotaExceededError");
  };
  vi.stubGlobal("localStorage", { setItem: fails, getItem: () => null });
  expect(await hostSays()).toEqual(said);
});

it("offline it is what the host said the last time, and nothing when it never said anything", async () => {
  const kept = new Map<string, string>();
  const getItem = (key: string) => kept.get(key) ?? null;
  vi.stubGlobal("localStorage", { setItem: (key: string, value: string) => kept.set(key, value), getItem });
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("offline")));
  expect(await hostSays()).toBe(null);
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json(said)));
  await hostSays();
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("offline")));
  expect(await hostSays()).toEqual(said);
});
