import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { recordDigest, type LogItem } from "@conclave/wire";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run, type Running, startRelay } from "./processes.js";
import { RewritingProxy, type Rewrite } from "./rewritingProxy.js";

let folder = "";
let relay: Running;
let proxy: RewritingProxy;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "conclave-withheld-"));
  const started = await startRelay(join(folder, "relay"));
  relay = started.relay;
  proxy = await RewritingProxy.start(started.address);
});
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

const names = (people: { name: string }[]) => people.map(({ name }) => name);
const texts = (items: { message?: { text: string } }[] = []) => items.flatMap(({ message }) => message?.text ?? []);
const sha256 = (data: Uint8Array) => new Uint8Array(createHash("sha256").update(data).digest());

/** Every commit after `n` is called deleted, as what it is or as a message. */
function hiding(n: number, as: "commit" | "message"): Rewrite {
  const rewrite = (item: LogItem): LogItem => {
    if (item.pruned || item.n <= n || item.kind !== "commit") return item;
    return { n: item.n, time: item.time, pruned: true, ...recordDigest(sha256, item), kind: as };
  };
  return (frame) => {
    if (frame.type === "records") return { ...frame, items: frame.items.map(rewrite) };
    if (frame.type !== "page" && frame.type !== "subscribed") return frame;
    return { ...frame, items: frame.items.map(rewrite) };
  };
}

describe("a real relay behind somebody who changes what it says", () => {
  for (const as of ["commit", "message"] as const) {
    it(`A110: who was removed is not kept in the room by calling the removal a deleted ${as}`, async () => {
      proxy.rewrite = null;
      proxy.newest = 0;
      const [alice, bob, carol] = ["Alice", "Bob", "Carol"].map((name) => `${name}-${as}`) as [string, string, string];
      const { link } = await conclave(alice, "room", "new", "Garden club", "--name", "Alice");
      for (const [who, name] of [
        [bob, "Bob"],
        [carol, "Carol"],
      ] as const) {
        expect(await conclave(who, "join", link, "--name", name)).toMatchObject({ code: 0 });
      }
      expect((await conclave(alice, "send", "Welcome")).code).toBe(0);
      for (const who of [alice, bob, carol]) expect(texts((await conclave(who, "history")).items)).toEqual(["Welcome"]);
      const before = proxy.newest;
      expect(await conclave(alice, "remove", "Carol", "--yes")).toMatchObject({ code: 0, done: true });

      proxy.rewrite = hiding(before, as);
      const secret = "Carol must not read this";
      expect((await conclave(bob, "send", secret)).code).toBe(5);
      const status = await conclave(bob, "status");
      expect(status.code).toBe(5);
      const codes = status.status.alarms.map(({ code }: { code: string }) => code);
      expect(codes).toContain("WITHHELD");
      expect(texts((await conclave(carol, "history")).items)).not.toContain(secret);
      proxy.rewrite = null;
      expect(texts((await conclave(alice, "history")).items)).not.toContain(secret);
      expect(texts((await conclave(carol, "history")).items)).not.toContain(secret);
      // The relay gives it after all: the room goes on, and what waited goes to those who are in it.
      expect(await conclave(bob, "send", "I am back")).toMatchObject({ code: 0 });
      expect(names((await conclave(bob, "members")).members)).toEqual(["Alice", "Bob"]);
      expect(texts((await conclave(alice, "history")).items)).toEqual(["Welcome", secret, "I am back"]);
      expect(texts((await conclave(carol, "history")).items)).toEqual(["Welcome"]);
    }, 180_000);
  }
});
