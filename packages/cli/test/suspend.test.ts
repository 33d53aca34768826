import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run, type Running, startRelay } from "./processes.js";
import { HAS_TERMINAL, Terminal } from "./terminal.js";

const [ENTER, LEAVE] = ["\u001b[?1049h", "\u001b[?1049l"];

let folder = "";
let relay: Running;
let address = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "conclave-suspend-"));
  ({ relay, address } = await startRelay(join(folder, "relay")));
});
afterAll(async () => {
  await relay.stop();
  rmSync(folder, { recursive: true });
});

describe.skipIf(!HAS_TERMINAL)("the chat in a terminal (skipped without script of util-linux)", () => {
  it("is put aside by Ctrl-Z, and comes back with what was written", async () => {
    const env = { CONCLAVE_HOME: join(folder, "Alice"), CONCLAVE_RELAY: address };
    expect((await run(["room", "new", "Garden club", "--name", "Alice"], { env })).code).toBe(0);
    const terminal = new Terminal("PS1='ready$ ' bash --norc --noprofile -i", { env });
    await terminal.shows(/ready\$ /u);
    terminal.type("$CONCLAVE chat\r");
    await terminal.shows(/Alice created/u);
    terminal.type("half a sentence");
    // Drawn by the chat: it has the keyboard.
    await terminal.shows(/> half a sentence/u);
    const before = terminal.text.length;
    terminal.type("\u001a");
    await terminal.shows(/Stopped/u, before);
    const aside = terminal.text.slice(before);
    expect(aside).toContain(LEAVE);
    expect(aside).not.toContain(ENTER);
    const shell = terminal.text.length;
    // The shell has its keyboard back: what is typed there is a line of its own.
    terminal.type("stty -a | grep -o ' icanon'; echo $((6 * 7))\r");
    await terminal.shows(/ icanon\r?\n42/u, shell);
    const back = terminal.text.length;
    terminal.type("fg\r");
    await terminal.shows(/\[\?1049h[^]*Alice created[^]*half a sentence/u, back);
    terminal.type(", and its end\r");
    await terminal.shows(/half a sentence, and its end/u, back);
    terminal.type("/quit\r");
    await terminal.shows(/\[\?1049l[^]*ready\$ /u, back);
    terminal.type("exit\r");
    await terminal.end();
    const { stdout } = await run(["history"], { env });
    expect(stdout).toContain("<Alice> half a sentence, and its end");
  }, 120_000);
});
