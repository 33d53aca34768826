import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MAIN, run, type Running, startRelay } from "./processes.js";
import { HAS_TERMINAL, Terminal } from "./terminal.js";

let folder = "";
let relay: Running;
let address = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "conclave-pipes-"));
  ({ relay, address } = await startRelay(join(folder, "relay")));
});
afterAll(async () => {
  await relay.stop();
  rmSync(folder, { recursive: true });
});

const plain = (who: string, args: string[], input?: string) =>
  run([...args, "--home", join(folder, who)], { env: { CONCLAVE_RELAY: address }, input });

async function conclave(who: string, ...args: string[]) {
  const { code, stdout, stderr } = await plain(who, [...args, "--json"]);
  if (stdout === "") throw new Error(`conclave ${args.join(" ")} printed nothing: ${stderr}`);
  return { code, ...JSON.parse(stdout) };
}

async function texts(who: string): Promise<string[]> {
  const { items } = await conclave(who, "history", "--last", "1000");
  return items.flatMap(({ message }: { message?: { text: string } }) => message?.text ?? []);
}
const names = async (who: string) =>
  (await conclave(who, "members")).members.map(({ name }: { name: string }) => name) as string[];

/** Runs with bytes for standard input. */
function withBytes(who: string, args: readonly string[], bytes: Buffer) {
  return new Promise<{ code: number | null; stderr: string }>((resolve) => {
    const child = spawn(process.execPath, [MAIN, ...args, "--home", join(folder, who)], {
      env: { ...process.env, NO_COLOR: "1", LANG: "de_DE.ISO-8859-15", LC_ALL: "" },
    });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.stdout.resume();
    child.on("close", (code) => {
      resolve({ code, stderr });
    });
    child.stdin.end(bytes);
  });
}

describe("what is piped into the chat", () => {
  it("A155: RULE cli.pipe-is-text and RULE cli.pipe-decides-nothing: lines of a pipe are text, and decide nothing and touch no file even with --commands", async () => {
    const { link } = await conclave("Alice", "room", "new", "Garden club", "--name", "Alice");
    await conclave("Bob", "join", link, "--name", "Bob");
    const secret = join(folder, "secret.txt");
    writeFileSync(secret, "nobody's business");
    const attack = [
      "GET / 200",
      `/file ${secret}`,
      "/remove Bob",
      "/invite",
      "//twice",
      "/usr/bin/backup failed",
      "/quit",
      "the end",
    ];
    const decided = (await conclave("Alice", "log")).decisions;
    for (const more of [[], ["--json"]]) {
      const before = (await texts("Bob")).length;
      const piped = await plain("Alice", ["chat", "--plain", "--history", "0", ...more], `${attack.join("\n")}\n`);
      expect(piped.code).toBe(0);
      expect((await texts("Bob")).slice(before)).toEqual(attack);
    }
    const before = (await texts("Bob")).length;
    const deciding = [`/file ${secret}`, "/remove Bob", "/invite", "/admit Bob", "/decline Bob", "/resume", "/save x"];
    const lines = [...deciding, "/members", "//twice", "/nonsense", "spoken", "/quit", "never"];
    const commanded = await plain("Alice", ["chat", "--commands", "--history", "0"], `${lines.join("\n")}\n`);
    expect(commanded.code).toBe(1);
    expect(commanded.stderr.match(/has to be typed by a person/gu)).toHaveLength(deciding.length);
    expect(commanded.stderr).toMatch(/Bob +member/u);
    expect(commanded.stderr).toContain("There is no /nonsense.");
    expect((await texts("Bob")).slice(before)).toEqual(["/twice", "spoken"]);
    expect(await names("Alice")).toEqual(["Alice", "Bob"]);
    const { decisions } = await conclave("Alice", "log");
    expect(decisions).toEqual(decided);
  }, 90_000);

  it("a line that could not be sent makes the exit code say so, and those after it are sent", async () => {
    await conclave("Cleo", "room", "new", "Shed", "--name", "Cleo");
    const piped = await plain("Cleo", ["chat", "--history", "0"], `one\n${"x".repeat(61 * 1024)}\ntwo`);
    expect(piped.code).toBe(1);
    expect(await texts("Cleo")).toEqual(["one", "two"]);
  });

  it("RULE cli.text-whole: what is not UTF-8 is refused whole, by every way in, and the sentence says what to do", async () => {
    await conclave("Dora", "room", "new", "Shed", "--name", "Dora");
    const latin1 = Buffer.from("Gr\u00fc\u00dfe", "latin1");
    const utf16 = Buffer.from("hello", "utf16le");
    for (const [bytes, charset] of [
      [latin1, "ISO-8859-15"],
      [utf16, "UTF-16"],
    ] as const) {
      const sent = await withBytes("Dora", ["send", "-"], bytes);
      expect(sent).toMatchObject({ code: 2, stderr: expect.stringContaining(`iconv -f ${charset} -t UTF-8`) });
    }
    const piped = await withBytes("Dora", ["chat"], Buffer.concat([latin1, Buffer.from("\ngood\n")]));
    expect(piped).toMatchObject({ code: 1, stderr: expect.stringContaining("is not UTF-8") });
    expect(await withBytes("Nobody", ["recover"], latin1)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("is not UTF-8"),
    });
    const script = join(folder, "argument.sh");
    writeFileSync(script, Buffer.from(`"$1" "$2" send "Gr\u00fc\u00dfe" --home "$3"\n`, "latin1"));
    const argument = await new Promise<number | null>((resolve) =>
      spawn("bash", [script, process.execPath, MAIN, join(folder, "Dora")]).on("close", resolve),
    );
    expect(argument).toBe(2);
    const config = join(folder, "config.json");
    writeFileSync(config, Buffer.from('{ "host": "m\u00fcll" }', "latin1"));
    expect((await plain("Dora", ["serve", "--config", config, "--print-config"])).stderr).toContain("is not UTF-8");
    expect(await texts("Dora")).toEqual(["good"]);
    // The mark that some editors put before a text is none of it.
    expect((await withBytes("Dora", ["send", "-"], Buffer.from("\ufeffhello"))).code).toBe(0);
    expect(await texts("Dora")).toEqual(["good", "hello"]);
  }, 90_000);
});

describe("what cannot be undone", () => {
  it("A155: RULE cli.for-good: is done where nobody can be asked only with --yes", async () => {
    const { link } = await conclave("Eve", "room", "new", "Shed", "--name", "Eve");
    await conclave("Finn", "join", link, "--name", "Finn");
    const before = (await conclave("Eve", "log")).decisions;
    for (const args of [
      ["leave"],
      ["remove", "Finn"],
      ["role", "Finn", "owner"],
      ["role", "Eve", "member"],
      ["ban", "Finn"],
      ["hand-over", "Finn"],
      ["seal"],
    ]) {
      for (const more of [[], ["--json"]]) {
        const { code, stdout, stderr } = await plain("Eve", [...args, ...more]);
        expect([args, code]).toEqual([args, 2]);
        expect(stdout + stderr).toMatch(/needs a clear yes.*--yes/su);
      }
    }
    expect(await conclave("Eve", "leave")).toMatchObject({ error: { code: "NEEDS_YES" } });
    expect((await conclave("Eve", "log")).decisions).toEqual(before);
    expect((await conclave("Eve", "role", "Finn", "admin")).code).toBe(0);
    expect((await conclave("Eve", "remove", "Finn", "--yes")).code).toBe(0);
    expect((await conclave("Eve", "leave", "--yes")).code).toBe(0);
  }, 90_000);

  it.skipIf(!HAS_TERMINAL)(
    "is asked about at a terminal, also when what is printed goes elsewhere (skipped without script of util-linux)",
    async () => {
      const { link } = await conclave("Gus", "room", "new", "Shed", "--name", "Gus");
      await conclave("Hal", "join", link, "--name", "Hal");
      const env = { CONCLAVE_HOME: join(folder, "Gus"), OUT: join(folder, "out") };
      const no = new Terminal("$CONCLAVE remove Hal > $OUT", { env });
      await no.shows(/Remove Hal\?/u);
      no.type("n");
      expect(await no.end()).toBe(1);
      expect(await names("Gus")).toEqual(["Gus", "Hal"]);
      const yes = new Terminal("$CONCLAVE remove Hal > $OUT", { env });
      await yes.shows(/Remove Hal\?/u);
      yes.type("y");
      expect(await yes.end()).toBe(0);
      expect(await names("Gus")).toEqual(["Gus"]);
      expect(existsSync(env.OUT)).toBe(true);
    },
    90_000,
  );

  it.skipIf(!HAS_TERMINAL)(
    "is asked about by the chat as lines too, where a person types them (skipped without script of util-linux)",
    async () => {
      const { link } = await conclave("Ina", "room", "new", "Shed", "--name", "Ina");
      await conclave("Jo", "join", link, "--name", "Jo");
      const chat = new Terminal("$CONCLAVE chat --plain", { env: { CONCLAVE_HOME: join(folder, "Ina") } });
      await chat.shows(/Jo joined/u);
      chat.type("/remove Jo\n");
      await chat.shows(/Remove Jo\?.*yes or no/su);
      chat.type("no\n/remove Jo\n");
      await chat.shows(/Remove Jo\?.*Remove Jo\?/su);
      chat.type("yes\n");
      await chat.shows(/Jo was removed/u);
      chat.type("/quit\n");
      expect(await chat.end()).toBe(0);
      expect(await names("Ina")).toEqual(["Ina"]);
    },
    90_000,
  );
});
