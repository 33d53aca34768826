import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../cli/dist/main.js", import.meta.url));
const PARTIES = 20;
const PACED_PER_SECOND = 300;

interface Party {
  readonly party: string;
  readonly key: string;
}

/**
 * Measures a gateway as it is shipped: 20 parties post into one room, each as soon as its last post was answered; then 300 a
 * second in all. Everything is a process of its own on this machine: the relay with its usual limits, the gateway, and this one.
 */
export async function gatewayBench(quick: boolean): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "conclave-gateway-bench-"));
  const relay = await start("serve", "--port", "0", "--data", join(folder, "relay"), "--json");
  const home = join(folder, "home");
  conclave(home, relay.address, "room", "new", "Garden club", "--name", "Alice");
  const gateway = await start("gateway", "run", "--port", "0", "--rate", "1000000", "--json", "--home", home);
  try {
    const parties = Array.from({ length: PARTIES }, (_, at): Party => {
      const added = conclave(home, relay.address, "gateway", "add", `station ${20 + at}`);
      return (added as { given: Party }).given;
    });
    const each = quick ? 20 : 200;
    print("as fast as it goes", await posts(gateway.address, parties, each, 0));
    print(`${PACED_PER_SECOND} a second`, await posts(gateway.address, parties, each, each));
  } finally {
    gateway.child.kill();
    relay.child.kill();
    await Promise.all([gateway.ended, relay.ended]);
    rmSync(folder, { recursive: true });
  }
}

interface Measured {
  readonly perSecond: number;
  readonly times: readonly number[];
}

/** Makes `each` posts for each party; if `from` is more than 0, at an even pace and with counters after it. */
async function posts(address: string, parties: readonly Party[], each: number, from: number): Promise<Measured> {
  const agent = new Agent({ keepAlive: true });
  const gapMs = from === 0 ? 0 : (1000 * parties.length) / PACED_PER_SECOND;
  const times: number[] = [];
  const began = performance.now();
  const talk = async (party: Party, at: number) => {
    for (let n = 1; n <= each; n++) {
      const due = began + (n + at / parties.length) * gapMs - performance.now();
      if (due > 0) await new Promise((resolve) => setTimeout(resolve, due));
      times.push(await post(agent, address, party, from + n));
    }
  };
  await Promise.all(parties.map(talk));
  const seconds = (performance.now() - began) / 1000;
  agent.destroy();
  return { perSecond: times.length / seconds, times: times.sort((one, other) => one - other) };
}

/** Ms from the first byte of a post to the answer that it is stored. */
function post(agent: Agent, address: string, { party, key }: Party, counter: number): Promise<number> {
  const body = `reading ${counter}`;
  const mac = createHmac("sha256", Buffer.from(key, "hex")).update(`in\n${counter}\n${body}`).digest("hex");
  const headers = { "conclave-mac": `${party}:${counter}:${mac}`, "content-length": body.length };
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const sent = request(`${address}/in`, { method: "POST", agent, headers }, (response) => {
      response.resume().on("end", () => {
        if (response.statusCode === 202) resolve(performance.now() - began);
        else reject(new Error(`the gateway answered ${response.statusCode}`));
      });
    });
    sent.on("error", reject).end(body);
  });
}

function print(pace: string, { perSecond, times }: Measured): void {
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))]!.toFixed(1);
  console.log(
    `gateway, ${PARTIES} parties, ${pace}: ${perSecond.toFixed(0)} posts/s, median ${at(0.5)} ms, p99 ${at(0.99)} ms`,
  );
}

async function start(...args: string[]) {
  const child: ChildProcess = spawn(process.execPath, [MAIN, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const address = await new Promise<string>((resolve, reject) => {
    let text = "";
    child.stdout!.setEncoding("utf8").on("data", (piece: string) => {
      text += piece;
      if (text.includes("\n")) resolve((JSON.parse(text.split("\n")[0]!) as { address: string }).address);
    });
    void ended.then(() => {
      reject(new Error(`conclave ${args[0]} ended`));
    });
  });
  return { child, address, ended };
}

function conclave(home: string, relay: string, ...args: string[]): unknown {
  const env = { ...process.env, CONCLAVE_RELAY: relay };
  return JSON.parse(
    execFileSync(process.execPath, [MAIN, ...args, "--json", "--home", home], { env, encoding: "utf8" }),
  );
}
