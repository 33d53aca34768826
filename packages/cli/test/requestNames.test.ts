import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run, type Running, startRelay } from "./processes.js";
import { RewritingProxy } from "./rewritingProxy.js";

let folder = "";
let relay: Running;
let proxy: RewritingProxy;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "conclave-requests-"));
  const started = await startRelay(join(folder, "relay"));
  relay = started.relay;
  proxy = await RewritingProxy.start(started.address);
}, 60_000);
afterAll(async () => {
  proxy.stop();
  await relay.stop();
  rmSync(folder, { recursive: true });
});

/** One command of somebody with a home of their own, and what it printed. */
async function conclave(who: string, ...args: string[]) {
  const { code, stdout, stderr } = await run([...args, "--json", "--home", join(folder, who)], {
    env: { CONCLAVE_RELAY: proxy.address },
  });
  if (stdout === "") throw new Error(`conclave ${args.join(" ")} printed nothing: ${stderr}`);
  return { code, ...JSON.parse(stdout) };
}

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
