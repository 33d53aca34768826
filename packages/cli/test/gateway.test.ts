import { spawnSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run, Running, startRelay } from "./processes.js";

interface Given {
  readonly party: string;
  readonly path: string;
  readonly key: string;
}

const canPaste = ["bash", "curl", "openssl"].every((name) => spawnSync(name, ["--version"]).error === undefined);

let folder = "";
let relay: Running;
let relayAddress = "";
let gateway: Running;
let address = "";

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "conclave-gateway-"));
  ({ relay, address: relayAddress } = await startRelay(join(folder, "relay")));
  const { link } = await conclave("alice", "room", "new", "Garden club", "--name", "Alice");
  await conclave("bob", "join", link, "--name", "Bob");
  await startGateway();
});
afterAll(async () => {
  await Promise.all([gateway.stop(), relay.stop()]);
  rmSync(folder, { recursive: true });
});

async function startGateway(home = "alice", ...flags: string[]): Promise<void> {
  gateway = new Running(["gateway", "run", "--port", "0", "--json", "--home", join(folder, home), ...flags]);
  address = JSON.parse(await gateway.line((line) => line.includes('"ready"'))).address;
}

/** One command of somebody with a home of their own, and what it printed. */
async function conclave(who: string, ...args: string[]) {
  const env = { CONCLAVE_RELAY: relayAddress };
  const { code, stdout, stderr } = await run([...args, "--json", "--home", join(folder, who)], { env });
  if (stdout === "") throw new Error(`conclave ${args.join(" ")} printed nothing: ${stderr}`);
  return { code, ...JSON.parse(stdout) };
}

const add = async (name: string, ...flags: string[]): Promise<Given> =>
  (await conclave("alice", "gateway", "add", name, ...flags)).given;

/** What Bob reads in the room from outside parties. */
async function heardByBob(): Promise<{ label: string; text: string }[]> {
  const { items } = await conclave("bob", "history", "--last", "500");
  return items.flatMap(({ message }: { message?: { via: { label: string } | null; text: string } }) =>
    message?.via ? [{ label: message.via.label, text: message.text }] : [],
  );
}

const textsOf = async (label: string) =>
  (await heardByBob()).filter((each) => each.label === label).map(({ text }) => text);

function proof({ party, key }: Given, counter: number, text: string, use = "in"): string {
  const mac = createHmac("sha256", Buffer.from(key, "hex")).update(`${use}\n${counter}\n${text}`).digest("hex");
  return `${party}:${counter}:${mac}`;
}

async function post(path: string, body: string | Buffer, headers: Record<string, string> = {}) {
  const response = await fetch(address + path, { method: "POST", body, headers });
  return { status: response.status, text: await response.text() };
}

const say = (given: Given, counter: number, text: string, by = proof(given, counter, text)) =>
  post("/in", text, { "conclave-mac": by });

describe("a gateway for those who are nobody in the room", () => {
  it.skipIf(!canPaste)(
    "gives a line of shell that another user of the machine pastes: it writes into the room, and reads it (skipped without bash, curl and openssl)",
    async () => {
      const home = join(folder, "alice");
      const added = await run(["gateway", "add", "build server", "--hear", "--home", home]);
      const [saying, hearing] = ["say() {", "hear() {"].map((name) =>
        added.stdout.split("\n").find((line) => line.trim().startsWith(name)),
      );
      const shell = (line: string) => {
        const script = `cd /; ${saying}\n${hearing}\n${line}`;
        const isRoot = process.getuid?.() === 0;
        const [program, ...args] = isRoot
          ? ["setpriv", "--reuid=65534", "--clear-groups", "bash", "--norc"]
          : ["bash", "--norc"];
        return spawnSync(program, [...args, "-c", script], { encoding: "utf8" });
      };
      const posted = shell("say 'build 9 failed'");
      expect(posted.stderr).toBe("");
      expect(posted.stdout).toMatch(/^\{"id":"[0-9a-f]{32}"\}\n$/u);
      await conclave("bob", "send", "Who broke it?");
      const said = shell("hear 0");
      expect(said.stderr).toBe("");
      const lines = said.stdout.trim().split("\n");
      expect(lines.map((line) => JSON.parse(line))).toMatchObject([
        { author: "Bob", text: "Who broke it?", kind: "text" },
      ]);
      const history = await run(["history", "--home", join(folder, "bob")]);
      expect(history.stdout).toContain("<build server, via Alice's gateway> build 9 failed");
      expect(history.stdout).toContain("(Alice's gateway lets build server write and read here)");
    },
    60_000,
  );

  it("A133: RULE gateway.counter-rises, RULE gateway.refused-alike, RULE gateway.mac-covers, RULE gateway.own-keys: takes a packet once, and refuses replays, forgeries and another's secret alike", async () => {
    const [sensor, other, device] = [await add("sensor"), await add("other"), await add("device", "--way", "sealed")];
    const first = await say(sensor, 7, "21 degrees");
    expect(first.status).toBe(202);
    expect(await say(sensor, 7, "21 degrees")).toEqual(first);
    const refused = { status: 403, text: '{"error":"refused"}\n' };
    const stranger = { ...sensor, party: "0123456789abcdef" };
    for (const [what, answer] of [
      ["the same counter, another text", await say(sensor, 7, "99 degrees")],
      ["a counter of before", await say(sensor, 6, "20 degrees")],
      ["another text under the MAC", await say(sensor, 8, "99 degrees", proof(sensor, 8, "22 degrees"))],
      [
        "another counter under the MAC",
        await say(sensor, 9, "22 degrees", proof(sensor, 8, "22 degrees").replace(":8:", ":9:")),
      ],
      ["another's key", await say({ ...sensor, key: other.key }, 10, "22 degrees")],
      ["the key of another door", await say(device, 10, "22 degrees")],
      ["a proof to hear", await say(sensor, 11, "0", proof(sensor, 11, "0", "out"))],
      ["nobody's id", await say(stranger, 10, "22 degrees")],
      ["no proof that is one", await say(sensor, 10, "22 degrees", "sensor")],
      ["to hear without the right", await fetchHeard(sensor, 0)],
    ] as const) {
      expect({ what, ...answer }).toEqual({ what, ...refused });
    }
    // What is the party's own is told as itself.
    expect((await say(sensor, 20, "   ")).status).toBe(400);
    expect((await say(sensor, 21, "x".repeat(33_000))).status).toBe(413);
    expect((await say(sensor, 22, "22 degrees")).status).toBe(202);
    await conclave("alice", "gateway", "revoke", "sensor");
    expect(await say(sensor, 23, "23 degrees")).toEqual(refused);
    expect((await say(other, 1, "still here")).status).toBe(202);
    expect(await textsOf("sensor")).toEqual(["21 degrees", "22 degrees"]);
    expect(await textsOf("other")).toEqual(["still here"]);
  });

  it("A133: RULE gateway.no-imitation: nobody is let in under a name that looks like a member's, or another party's", async () => {
    for (const name of ["Bob", "B0b", "bob ", "build server", "Alice"]) {
      expect(await conclave("alice", "gateway", "add", name)).toMatchObject({ code: 1, error: { code: "NAME_TAKEN" } });
    }
    expect(await conclave("alice", "gateway", "add", "a\u202eb")).toMatchObject({ code: 2 });
  });

  it("RULE gateway.nonce-once: takes what a device seals, with conclave gateway post", async () => {
    const { party, key } = await add("door", "--way", "sealed");
    const file = join(folder, "door.key");
    writeFileSync(file, `${party}:${key}\n`);
    const speak = (...text: string[]) =>
      run(["gateway", "post", "--key", file, "--to", address, ...text], { input: "" });
    expect((await speak("opened")).code).toBe(0);
    // The clock of the device may go back; its counter does not.
    const later = (Date.now() + 3_600_000) * 1000;
    writeFileSync(`${file}.counter`, String(later));
    expect((await speak("closed")).code).toBe(0);
    expect(Number(readFileSync(`${file}.counter`, "utf8"))).toBe(later + 1);
    rmSync(`${file}.counter`);
    const refused = await speak("opened again");
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("used on two machines");
    expect(await textsOf("door")).toEqual(["opened", "closed"]);
  });

  it("takes GitHub's webhooks by their signature, each once, and Slack's from this machine only", async () => {
    const hub = await add("hub", "--way", "github");
    const event = JSON.stringify({
      ...{ repository: { full_name: "garden/club" }, sender: { login: "carol" }, ref: "refs/heads/main" },
      ...{ commits: [{}, {}], head_commit: { message: "Water the roses\n\nagain" } },
    });
    const sign = (text: string) => `sha256=${createHmac("sha256", hub.key).update(text).digest("hex")}`;
    const headers = { "x-github-event": "push", "x-hub-signature-256": sign(event) };
    expect((await post(hub.path, event, headers)).status).toBe(202);
    expect((await post(hub.path, event, { ...headers, "x-github-delivery": "another" })).status).toBe(202);
    expect((await post(hub.path, `${event} `, headers)).status).toBe(403);
    expect(await textsOf("hub")).toEqual(["garden/club · push · main, 2 commits · by carol · Water the roses"]);

    const hook = await add("hook", "--way", "token");
    const body = JSON.stringify({ text: "from a hook" });
    expect((await post(hook.path, body)).status).toBe(202);
    // RULE gateway.token-near: a proxy brings it from elsewhere.
    expect((await post(hook.path, body, { "x-forwarded-for": "192.0.2.1" })).status).toBe(403);
    expect((await post(`${hook.path}x`, body)).status).toBe(403);
    expect(await textsOf("hook")).toEqual(["from a hook"]);
  });

  it("A133: RULE gateway.token-near: a secret in a path is taken from elsewhere only where it was said that there is TLS", async () => {
    await gateway.stop();
    await startGateway("alice", "--allow-token", "--rate", "3");
    const hook = await add("hook 2", "--way", "token");
    const body = JSON.stringify({ text: "from far away" });
    expect((await post(hook.path, body, { "x-forwarded-for": "192.0.2.1" })).status).toBe(202);
    // Its rate is its own: another party goes on.
    const busy = await add("busy");
    const statuses: number[] = [];
    for (let n = 1; n <= 4; n++) statuses.push((await say(busy, n, `message ${n}`)).status);
    expect(statuses).toEqual([202, 202, 202, 429]);
    expect((await post(hook.path, body)).status).toBe(202);
  });

  it("A152: RULE gateway.any-target: whatever a stranger asks for, it is answered, and the gateway goes on", async () => {
    const given = await add("still here", "--way", "mac");
    const { hostname, port } = new URL(address);
    const ask = (target: string) =>
      new Promise<string>((resolve, reject) => {
        const socket = connect(Number(port), hostname, () => {
          socket.write(`GET ${target} HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n`);
        });
        let answer = "";
        socket.setEncoding("utf8").on("data", (piece: string) => (answer += piece));
        socket.on("error", reject).on("close", () => {
          resolve(answer.split("\r\n")[0]!);
        });
      });
    for (const target of ["//", "///", "http://[", "//[::", "/\\", "*", "/out?after=%", "/%zz", "//in"]) {
      expect([target, await ask(target)]).toEqual([target, expect.stringMatching(/^HTTP\/1\.1 40[034] /u)]);
    }
    // Who goes away in the midst of a body stops nothing either.
    const half = connect(Number(port), hostname, () => {
      half.write("POST /in HTTP/1.1\r\nHost: gateway\r\nContent-Length: 100\r\n\r\nhalf", () => half.destroy());
    });
    await new Promise((resolve) => half.on("close", resolve));
    expect((await say(given, 1, "and takes what it is told")).status).toBe(202);
  });

  it("A133: RULE gateway.revoked-at-once, RULE gateway.fresh-iv: no key stream is used twice; who is revoked while it waits to hear gets nothing of what comes then", async () => {
    const ear = await add("ear", "--hear");
    await conclave("bob", "send", "One");
    const [place, iv] = (await fetchHeard(ear, 0)).text.split(" ");
    const [samePlace, otherIv] = (await fetchHeard(ear, 0)).text.split(" ");
    expect(samePlace).toBe(place);
    expect(otherIv).not.toBe(iv);
    const waiting = fetchHeard(ear, Number(place));
    await conclave("alice", "gateway", "revoke", "ear");
    await conclave("bob", "send", "She does not hear this");
    expect(await waiting).toEqual({ status: 200, text: "" });
  });

  it("A133: RULE gateway.one-transaction: killed at any moment, it has each packet once; what was answered for is there", async () => {
    await gateway.stop();
    await startGateway();
    const script = await add("script");
    const answered = new Map<number, string>();
    let counter = 0;
    for (let round = 0; round < 4; round++) {
      const enough = answered.size + 8;
      const talking = (async () => {
        for (;;) {
          const next = answered.has(counter) || counter === 0 ? counter + 1 : counter;
          counter = next;
          const answer = await say(script, next, `line ${next}`).catch(() => null);
          if (answer?.status !== 202) return;
          answered.set(next, answer.text);
        }
      })();
      while (answered.size < enough) await wait(1);
      await wait(Math.random() * 10);
      await gateway.stop("SIGKILL");
      await talking;
      await startGateway();
      // What was not answered for is asked for again, and is there once.
      const again = await say(script, counter, `line ${counter}`);
      expect(again.status).toBe(202);
      if (answered.has(counter)) expect(again.text).toBe(answered.get(counter));
      answered.set(counter, again.text);
    }
    await gateway.stop();
    await startGateway();
    const lines = await textsOf("script");
    expect(lines).toEqual(Array.from({ length: counter }, (_, at) => `line ${at + 1}`));
  }, 120_000);

  it("stores what comes while the relay is away, sends it when it is back, and stops cleanly", async () => {
    const port = Number(new URL(relayAddress).port);
    const night = await add("night watch");
    await relay.stop();
    for (let n = 1; n <= 5; n++) expect((await say(night, n, `round ${n}`)).status).toBe(202);
    expect(await gateway.stop("SIGTERM")).toBe(0);
    await startGateway();
    ({ relay, address: relayAddress } = await startRelay(join(folder, "relay"), port));
    await expect.poll(() => textsOf("night watch"), { timeout: 30_000 }).toHaveLength(5);
    const printed = gateway.lines.join("\n") + gateway.errors;
    expect(printed).not.toContain(night.key);
    expect(printed).not.toContain("round 1");
  }, 90_000);

  it("a copied home is refused: it takes nothing more as soon as the room shows that it is one", async () => {
    const late = await add("late");
    await gateway.stop();
    cpSync(join(folder, "alice"), join(folder, "copy"), { recursive: true });
    await startGateway();
    expect((await say(late, 1, "from the real one")).status).toBe(202);
    await expect.poll(() => textsOf("late")).toEqual(["from the real one"]);
    const [real, realAddress] = [gateway, address];
    await startGateway("copy");
    expect(await gateway.end()).toBe(5);
    expect(gateway.lines.join("\n")).toContain('"RESTORED"');
    [gateway, address] = [real, realAddress];
    expect((await say(late, 2, "and again")).status).toBe(202);
    await expect.poll(() => textsOf("late")).toEqual(["from the real one", "and again"]);
  }, 90_000);
});

async function fetchHeard(given: Given, after: number) {
  const headers = { "conclave-mac": proof(given, Date.now(), String(after), "out") };
  const response = await fetch(`${address}/out?after=${after}`, { headers });
  return { status: response.status, text: await response.text() };
}
