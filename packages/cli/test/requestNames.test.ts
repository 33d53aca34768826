import { afterAll, describe, expect, it } from "vitest";
import { relayAndHomes } from "./relayAndHomes.js";
import { RewritingProxy } from "./rewritingProxy.js";

const all = relayAndHomes("requests", async (here) => {
  proxy = await RewritingProxy.start(here.address);
  here.address = proxy.address;
});
let proxy: RewritingProxy;
afterAll(() => {
  proxy.stop();
});
const conclave = (who: string, ...args: string[]) => all.process(who, args);

describe("a request to be let in", () => {
  it("A154: RULE cli.request-name: is admitted by the name that was read, whatever the relay calls it by then", async () => {
    await conclave("alice", "room", "new", "Garden club", "--name", "Alice");
    const { link } = await conclave("alice", "invite", "--mode", "ask", "--uses", "5");
    for (const [who, name] of [
      ["bob", "Bob"],
      ["mallory", "Mallory"],
    ] as const) {
      await conclave(who, "join", link, "--name", name);
    }
    const { requests } = await conclave("alice", "requests");
    expect(requests.map(({ name }: { name: string }) => name).sort()).toEqual(["Bob", "Mallory"]);
    const { id } = requests.find(({ name }: { name: string }) => name === "Bob");
    proxy.rewrite = (frame) => {
      if (frame.type !== "requests") return frame;
      const numbers = frame.requests.map(({ request }) => request).reverse();
      const exchanged = frame.requests.map((each, at) => ({ ...each, request: numbers[at]! }));
      return { ...frame, requests: exchanged.sort((a, b) => a.request - b.request) };
    };
    expect(await conclave("alice", "admit", id)).toMatchObject({ done: true });
    const { members } = await conclave("alice", "members");
    expect(members.map(({ name }: { name: string }) => name)).toEqual(["Alice", "Bob"]);
  }, 180_000);
});
