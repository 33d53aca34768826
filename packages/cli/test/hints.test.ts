import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MAIN, type Running, startRelay } from "./processes.js";

const CLONE = fileURLToPath(new URL("../../../", import.meta.url));
/** A folder's name with all that a shell would take apart. */
const ODD = 'Mein Gärten & Öl\'s "$HOME"';

let folder = "";
let relay: Running;
let address = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "conclave-hints-"));
  ({ relay, address } = await startRelay(join(folder, "relay")));
});
afterAll(async () => {
  await relay.stop();
  rmSync(folder, { recursive: true });
});

/** What a person does who types or pastes a line into a shell. */
function shell(line: string, cwd: string): Promise<{ code: number | null; text: string }> {
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(CONCLAVE|npm)_/u.test(name)));
  return new Promise((resolve, reject) => {
    const child = spawn("bash", ["-c", line], { cwd, env: { ...clean, NO_COLOR: "1", CONCLAVE_RELAY: address } });
    let text = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (more: string) => (text += more));
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ code, text });
    });
    child.stdin.end();
  });
}

const hint = (text: string, command: string): string => {
  const line = text.split("\n").find((each) => /(?:conclave|main\.js) /u.test(each) && each.includes(` ${command}`));
  if (line === undefined) throw new Error(`no hint of ${command} in:\n${text}`);
  return line.replace(/^.*?((?:node|npx|\/\S*node) )/u, "$1").replace(/ {2,}.*$/u, "");
};

describe("a command that one is told to type", () => {
  it("can be pasted as it is: the program as it was started, the home with its quotes, the room where there are several", async () => {
    const home = `--home './${ODD.replace("'", "'\\''")}'`;
    const none = await shell(`node ${MAIN} members ${home}`, folder);
    expect(none.text).toContain("no rooms yet");
    const found = await shell(hint(none.text, "room new"), folder);
    expect(found).toMatchObject({ code: 0, text: expect.stringContaining("Garden club") });
    const recovery = await shell(hint(found.text, "recovery"), folder);
    expect(recovery).toMatchObject({ code: 0 });
    // A second room: what follows it is about that one.
    const second = await shell(hint(none.text, "room new").replace("Garden club", "Shed"), folder);
    const chat = hint(second.text, "chat");
    expect(chat).toMatch(/chat --room [0-9a-f]{12} --home /u);
    expect(await shell(`echo hello | ${chat}`, folder)).toMatchObject({ code: 0 });
    const ambiguous = await shell(`node ${MAIN} members ${home}`, folder);
    expect(ambiguous.text).toContain("several rooms");
    const link = /http\S+#\S+/u.exec(second.text)![0];
    const already = await shell(`node ${MAIN} join '${link}' --name Bob ${home}`, folder);
    expect(await shell(hint(already.text, "rooms"), folder)).toMatchObject({ code: 0 });
  }, 120_000);

  it("goes through npx in a clone, which never fetches a program; help says the same name", async () => {
    const home = `--home ${join(folder, "npx")}`;
    const none = await shell(`npx --no conclave members ${home}`, CLONE);
    const found = hint(none.text, "room new");
    expect(found).toMatch(/^npx --no conclave room new 'Garden club' --name Alice --home \S+npx$/u);
    expect(await shell(found, CLONE)).toMatchObject({ code: 0 });
    const help = await shell(`npx --no conclave chat --help`, CLONE);
    expect(help.text).toContain("Usage: npx --no conclave chat");
    expect(help.text).toContain('echo "Deployed." | npx --no conclave chat');
  }, 120_000);
});
