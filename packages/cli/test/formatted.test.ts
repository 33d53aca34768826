import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { linesOf } from "../src/chat/plainLine.js";
import { rowText, rowWidth } from "../src/chat/row.js";
import { timelineRows } from "../src/chat/timelineRows.js";
import { paintFor } from "../src/terminal/paint.js";
import { run, type Running, startRelay } from "./processes.js";
import { BOB, message } from "./scriptedRoom.js";
import { HAS_TERMINAL, Terminal } from "./terminal.js";

const TYPED = "**now** _or_ ~~never~~ `x`\n- soup\n> said\n```\ncode\n```\nwww.a.example@evil.example";
const ESCAPE = "\u001b";
const how = { withDay: false, labelOf: () => null, offerOf: () => null };

function rows(text: string, columns: number, isStyled: boolean) {
  return timelineRows([message(BOB, text, 0)], { ...how, columns, ambiguous: new Set(), isStyled }).filter((row) =>
    rowText(row).includes("│"),
  );
}

describe("formats in the terminal", () => {
  it("are what the pages show, where the terminal has styles", () => {
    const shown = rows(TYPED, 80, true).map((row) =>
      row.map(({ text, marks = [] }) => (marks.length === 0 ? text : `{${marks.join("+")} ${text}}`)).join(""),
    );
    expect(shown.map((row) => row.slice(row.indexOf("│") + 2))).toEqual([
      "{bold now} {italic or} {strike never} {code x}",
      "• soup",
      "▏ said",
      "{code code}",
      "{link www.a.example@evil.example}{faint  (Leads to evil.example)}",
    ]);
  });

  it("are the text as it was typed, where it has none", () => {
    const shown = rows(TYPED, 80, false).map(rowText);
    expect(shown.map((row) => row.slice(row.indexOf("│") + 2)).join("\n")).toBe(TYPED);
    const lines = linesOf(message(BOB, TYPED, 0), paintFor(false), how);
    expect(lines.map((line) => line.replace(/^\d\d:\d\d (?:<Bob>| {2}\|) /u, "")).join("\n")).toBe(TYPED);
  });

  it("are kept where a line breaks, and the bar of a quote goes on", () => {
    const long = rows(`> a **${"bold word ".repeat(12).trim()}** and [${"x".repeat(70)}]`, 50, true);
    expect(long.length).toBeGreaterThan(4);
    for (const row of long) {
      expect(rowWidth(row)).toBeLessThanOrEqual(50);
      expect(rowText(row)).toMatch(/│ ▏ \S/u);
    }
    const bold = long.flatMap((row) => row.filter(({ marks }) => marks?.includes("bold")).map(({ text }) => text));
    expect(bold.join(" ")).toBe("bold word ".repeat(12).trim());
    for (const columns of [20, 24])
      for (const row of rows(TYPED, columns, true)) expect(rowWidth(row)).toBeLessThanOrEqual(columns);
  });

  it("touch what people write, and no file's name", () => {
    const notWritten = timelineRows([message(BOB, "*x*", 0, { kind: "unknown" })], {
      ...{ ...how, columns: 80, ambiguous: new Set<string>(), isStyled: true },
    });
    expect(notWritten.map(rowText).join("")).toContain("(unknown: this program cannot show it)");
    expect(rows("2*3*4 and snake_case_name", 80, true).map(rowText).join("")).toContain("2*3*4 and snake_case_name");
  });
});

let folder = "";
let relay: Running;
let address = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "conclave-formatted-"));
  ({ relay, address } = await startRelay(join(folder, "relay")));
});
afterAll(async () => {
  await relay.stop();
  rmSync(folder, { recursive: true });
});

const homeOf = (name: string) => ({ CONCLAVE_HOME: join(folder, name), CONCLAVE_RELAY: address });

describe("a room with formats", () => {
  it("is printed with styles in a terminal, as it was typed into a pipe and with NO_COLOR, and as it was typed as JSON", async () => {
    const env = homeOf("Alice");
    expect((await run(["room", "new", "Garden club", "--name", "Alice"], { env })).code).toBe(0);
    expect((await run(["send", "**now** or `never`"], { env })).code).toBe(0);
    const piped = await run(["history"], { env: { ...env, NO_COLOR: "" } });
    expect(piped.stdout).toContain("<Alice> **now** or `never`\n");
    const json = await run(["history", "--json"], { env: { ...env, NO_COLOR: "", FORCE_COLOR: "1" } });
    expect(json.stdout).toContain('"text":"**now** or `never`"');
    if (!HAS_TERMINAL) return;
    const shown = async (variables: NodeJS.ProcessEnv) => {
      const terminal = new Terminal("$CONCLAVE history", { env: { ...env, ...variables } });
      await terminal.end();
      return terminal.text;
    };
    expect(await shown({ NO_COLOR: "" })).toContain("\u001b[1mnow\u001b[22m or \u001b[36mnever\u001b[39m");
    expect(await shown({ NO_COLOR: "1" })).toContain("<Alice> **now** or `never`");
  }, 120_000);

  it.skipIf(!HAS_TERMINAL)(
    "is answered and reacted to from the chat, whose lines have styles",
    async () => {
      const [alice, bob] = [homeOf("Alice"), homeOf("Bob")];
      const made = await run(["invite", "--json"], { env: alice });
      const { link } = JSON.parse(made.stdout) as { link: string };
      expect((await run(["join", link, "--name", "Bob"], { env: bob })).code).toBe(0);
      expect((await run(["send", "who *has* the key?"], { env: alice })).code).toBe(0);
      const terminal = new Terminal("$CONCLAVE chat", { env: { ...bob, NO_COLOR: "" } });
      await terminal.shows(new RegExp(`who .*${ESCAPE}\\[3mhas${ESCAPE}\\[23m.* the key`, "u"));
      terminal.type("/reply **me**\r");
      await terminal.shows(/↱ Alice: who \*has\* the key\?/u);
      await terminal.shows(new RegExp(`${ESCAPE}\\[1mme${ESCAPE}\\[22m`, "u"));
      terminal.type("/react 👍\r");
      await terminal.shows(/👍/u);
      terminal.type("/react me\r");
      await terminal.shows(/A reaction is one emoji/u);
      terminal.type("/ids\r");
      await terminal.shows(/[0-9a-f]{8} {2}\d\d:\d\d <Alice> who/u);
      terminal.type("/quit\r");
      await terminal.end();
      const told = await run(["history", "--json"], { env: alice });
      const items = JSON.parse(told.stdout) as {
        items: {
          message?: { text: string; answers: { id: string } | null; reactions: { emoji: string }[]; id: string };
        }[];
      };
      const messages = items.items.flatMap(({ message: each }) => each ?? []);
      const [asked, answer] = [
        messages.find(({ text }) => text.startsWith("who"))!,
        messages.find(({ text }) => text === "**me**")!,
      ];
      expect(answer.answers?.id).toBe(asked.id);
      expect(asked.reactions.map(({ emoji }) => emoji)).toEqual(["👍"]);
    },
    120_000,
  );
});
