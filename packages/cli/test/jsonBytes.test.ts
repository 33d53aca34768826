import { writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { runHere } from "./inProcess.js";
import { Running } from "./processes.js";
import { relayAndHomes } from "./relayAndHomes.js";

const all = relayAndHomes("json");
const printed: string[] = [];

/** Runs a command, keeps what it printed, and gives it as a document. */
async function json(who: string, ...args: string[]) {
  const { code, stdout } = await runHere([...args, "--json", "--home", all.path(who)]);
  keep(`${who}: ${args[0]!} (${code})`, stdout);
  return JSON.parse(stdout);
}

function keep(title: string, text: string): void {
  printed.push(title, ...text.trimEnd().split("\n").map(plain), "");
}

/** What is another thing each time it is run stands by its kind: ids, times, secrets, places. */
function plain(line: string): string {
  return (
    line
      .replaceAll(all.address, "<relay>")
      .replaceAll(all.folder, "<folder>")
      .replaceAll(/#\/join\/v1\.[\w.-]+/gu, "#/join/<link>")
      .replaceAll(/"digits":"[\d ]+"/gu, '"digits":"<digits>"')
      .replaceAll(/"(\w+Code)":"[\d ]+"/gu, '"$1":"<code>"')
      // Sentences are for people: how they are put may change.
      .replaceAll(/"(summary|sentence|advice|message|hint|about|note|text|via)":"(?:[^"\\]|\\.)*"/gu, '"$1":"<text>"')
      .replaceAll(/"(words)":(?:\[[^\]]+\]|"[^"]+")/gu, '"$1":"<words>"')
      .replaceAll(/"tag":"[a-z]+-[a-z]+"/gu, '"tag":"<tag>"')
      .replaceAll(/#[a-z]+-[a-z]+/gu, "#<tag>")
      .replaceAll(/\b(?:[0-9a-f]{64}|[0-9a-f]{32}|[0-9a-f]{20}|[0-9a-f]{16}|[0-9a-f]{12})\b/gu, "<hex>")
      .replaceAll(/\b1\d{12}\b/gu, "<time>")
      // How many records a room's own housekeeping adds is a matter of when it runs.
      .replaceAll(/"(n|epoch|records|roomAhead|between)":\d+/gu, '"$1":<number>')
  );
}

describe("what --json prints", () => {
  it("is byte for byte what it was: programs read it", async () => {
    const { link } = await json("Ann", "room", "new", "Club", "--name", "Ann");
    await json("Ben", "join", link, "--name", "Ben");
    await json("Cid", "join", link, "--name", "Cid");
    const { message } = await json("Ann", "send", "hello, @Ben");
    const id = message.id.slice(0, 8);
    await json("Ben", "reply", id, "hello, Ann");
    await json("Ben", "edit", "last", "good morning");
    await json("Ben", "react", id, "👍");
    await json("Cid", "send", "away with it");
    await json("Ann", "delete", (await json("Ann", "search", "away")).messages[0].id);
    writeFileSync(all.path("list.txt"), "beans");
    await json("Ann", "send", "--file", all.path("list.txt"), "what we need");
    await json("Ben", "save", "list.txt", all.path("saved.txt"));
    await json("Ben", "history");
    await json("Ben", "members");
    await json("Ben", "rooms");

    await json("Ann", "role", "Ben", "admin");
    await json("Ann", "role", "Ben", "admin");
    await json("Ann", "title", "Board");
    await json("Ann", "title", "Board");
    await json("Ann", "verify");
    await json("Ann", "verify", "Ben");
    await json("Ann", "verify", "Ben", "--mark");
    await json("Ann", "members");
    await json("Ann", "invite", "--label", "asking", "--mode", "ask", "--uses", "3", "--expires", "7d");
    await json("Ann", "invites");
    const asking = await json("Ann", "invites", "--link", "asking");
    await json("Dan", "join", asking.link, "--name", "Dan", "--note", "it is me");
    await json("Eve", "join", asking.link, "--name", "Eve");
    await json("Dan", "status");
    await json("Ann", "requests");
    await json("Ann", "admit", "Dan");
    await json("Ann", "decline", "Eve");
    await json("Eve", "status");
    await json("Ann", "revoke", "asking");
    await json("Ann", "remove", "Cid", "--yes");
    await json("Cid", "status");
    await json("Cid", "send", "hello?");

    await json("Ann", "policy");
    await json("Ann", "policy", "set", "admins:2", "--yes");
    await json("Ann", "policy", "set", "admins:2");
    const { proposal } = await json("Ann", "ban", "Dan", "--yes");
    await json("Ben", "requests");
    await json("Ben", "decline", proposal.slice(0, 20));
    await json("Ann", "requests");
    await json("Ben", "approve", proposal.slice(0, 20));
    const other = (await json("Ann", "invite", "--label", "two")).proposal;
    await json("Ben", "approve", proposal.slice(0, 20));
    await json("Ann", "withdraw", other.slice(0, 20));
    await json("Ben", "history");
    await json("Ben", "log");
    await json("Ann", "sync");
    await json("Ann", "resume");
    await json("Ann", "status");
    await json("Ann", "recovery");
    await json("Ann", "hand-over", "Ben", "--yes");
    await json("Ann", "hand-over", "Ann");
    await json("Ann", "remove", "Nobody", "--yes");
    await json("Ann", "leave", "--yes");
    await json("Ann", "leave", "--undo");
    await json("Ben", "seal", "--yes");
    const chat = new Running(["chat", "--json", "--home", all.path("Ben")]);
    chat.write("from a pipe");
    await chat.line((line) => line.includes("from a pipe"));
    chat.closeInput();
    await chat.end();
    const told = chat.lines.filter((line) => !/"kind":"(?:changed|connection)"/u.test(line));
    keep("Ben: chat", told.join("\n"));
    await expect(`${printed.join("\n")}\n`).toMatchFileSnapshot("jsonBytes.txt");
  }, 300_000);
});
