import { systemClock, systemRandom, WsTransport } from "@conclave/client/node";
import { clockConformance, randomConformance, transportConformance } from "@conclave/client/conformance";
import { afterAll, beforeAll, describe, it } from "vitest";
import { echoPeer } from "./echoPeer.js";

let peer: Awaited<ReturnType<typeof echoPeer>>;
beforeAll(async () => {
  peer = await echoPeer();
});
afterAll(() => peer.close());

describe("WsTransport conforms", () => {
  for (const { title, run } of transportConformance) {
    it(title, () => run({ transport: new WsTransport(), url: peer.url, deadUrl: peer.deadUrl }));
  }
});

describe("systemClock conforms", () => {
  const pass = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
  for (const { title, run } of clockConformance) it(title, () => run({ clock: systemClock, pass }));
});

describe("systemRandom conforms", () => {
  for (const { title, run } of randomConformance) it(title, () => run(systemRandom));
});
