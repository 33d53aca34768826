import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { buildProgram } from "../src/program/program.js";
import { SILENT } from "./inProcess.js";
import { relayAndHomes } from "./relayAndHomes.js";

const { conclave, text } = relayAndHomes("commands");

async function roomOf(who: string, ...more: string[]) {
  const made = await conclave(who, "room", "new", "Garden club", "--name", who, ...more);
  expect(made.code).toBe(0);
  return made;
}

interface Line {
  message?: { id: string; text: string; note: string | null; answers: unknown; reactions: unknown };
}
const messagesOf = (items: Line[]) => items.flatMap(({ message }) => message ?? []);

describe("commands on messages", () => {
  it("reply, edit, react, delete and search: everyone sees what was done, and only who may does it", async () => {
    const { link } = await roomOf("Ann");
    await conclave("Ben", "join", link, "--name", "Ben");
    const { message } = await conclave("Ann", "send", "The seeds have arrived.");
    const short = message.id.slice(0, 8);
    expect(await text("Ben", "history", "--ids")).toMatch(
      new RegExp(`^${short}  .*<Ann> The seeds have arrived\\.$`, "mu"),
    );

    expect((await conclave("Ben", "reply", short, "Which", "ones?")).message.answers.id).toBe(message.id);
    expect(await conclave("Ben", "edit", short, "Nothing has arrived.")).toMatchObject({
      code: 1,
      error: { code: "NOT_ALLOWED" },
    });
    expect((await conclave("Ben", "edit", "last", "Which seeds?")).message.text).toBe("Which seeds?");
    for (const time of ["once", "twice"])
      expect([time, (await conclave("Ben", "react", short, "👍")).message.reactions.length]).toEqual([time, 1]);
    expect((await conclave("Ben", "react", short, "word")).code).toBe(2);

    const seen = messagesOf((await conclave("Ann", "history")).items);
    expect(seen).toMatchObject([
      { text: "The seeds have arrived.", reactions: [{ emoji: "👍", by: [{ name: "Ben" }] }] },
      { text: "Which seeds?", answers: { id: message.id } },
    ]);
    const found = await conclave("Ann", "search", "SEED");
    expect(found.messages.map(({ text }: { text: string }) => text)).toEqual([
      "The seeds have arrived.",
      "Which seeds?",
    ]);
    expect((await conclave("Ann", "search", "arrived")).messages).toHaveLength(1);

    expect((await conclave("Ben", "react", short, "👍", "--remove")).message.reactions).toEqual([]);
    expect((await conclave("Ben", "delete", short)).code).toBe(1);
    expect((await conclave("Ann", "delete", short)).message.text).toBe("");
    expect(messagesOf((await conclave("Ben", "history")).items)[0]!.text).toBe("");
    expect(await conclave("Ben", "delete", "ffffffff")).toMatchObject({ code: 1, error: { code: "NOT_FOUND" } });
  }, 90_000);
});

describe("deciding", () => {
  it("title, hand-over and leaving, seal: what the errors advise is there and is done", async () => {
    const made = await roomOf("Cleo");
    const { link } = made;
    await conclave("Dan", "join", link, "--name", "Dan");
    expect(await conclave("Cleo", "title", "Allotments")).toMatchObject({ code: 0, done: true });
    expect((await conclave("Dan", "status")).room.title).toBe("Allotments");
    expect((await conclave("Cleo", "title", "a\u202eb")).code).toBe(2);
    // A home's next room is founded under the name that it has.
    const next = await conclave("Cleo", "room", "new", "Next", "--relay", made.room.relay);
    expect(next).toMatchObject({ code: 0, room: { title: "Next", role: "owner" } });
    expect((await conclave("Cleo", "members", "--room", "Next")).members).toMatchObject([{ name: "Cleo" }]);
    await conclave("Cleo", "forget", "Next", "--force", "--yes");

    expect(await conclave("Cleo", "leave", "--yes")).toMatchObject({ code: 1, error: { code: "LAST_OWNER" } });
    expect(await conclave("Cleo", "policy", "set", "sealed")).toMatchObject({
      code: 2,
      error: { hint: expect.stringMatching(/ seal /u) },
    });
    expect(await conclave("Dan", "seal", "--yes")).toMatchObject({ code: 1, error: { code: "NOT_ALLOWED" } });
    expect(await conclave("Cleo", "hand-over", "Dan", "--yes")).toMatchObject({ code: 0, done: true });
    const roles = async () =>
      (await conclave("Dan", "members")).members.map(({ name, role }: { name: string; role: string }) => [name, role]);
    expect(await roles()).toEqual([
      ["Cleo", "admin"],
      ["Dan", "owner"],
    ]);
    expect(await conclave("Dan", "seal", "--yes")).toMatchObject({ code: 0, done: true });
    expect((await conclave("Cleo", "status")).room.isSealed).toBe(true);
    expect(await conclave("Dan", "role", "Cleo", "member")).toMatchObject({ code: 1, error: { code: "SEALED" } });
    expect((await conclave("Cleo", "leave", "--yes")).code).toBe(0);
  }, 90_000);

  it("who was removed comes back by a new link, who was banned does not", async () => {
    const { link } = await roomOf("Eva");
    for (const who of ["Fred", "Gus"]) await conclave(who, "join", link, "--name", who);
    expect((await conclave("Eva", "remove", "Fred", "--yes")).code).toBe(0);
    expect((await conclave("Eva", "ban", "Gus", "--yes")).code).toBe(0);
    const { link: other } = await conclave("Eva", "invite", "--label", "again");
    expect((await conclave("Fred", "join", other, "--name", "Fred")).code).toBe(0);
    expect(await conclave("Gus", "join", other, "--name", "Gus")).toMatchObject({ code: 1, error: { code: "BANNED" } });
  }, 90_000);

  it("a link can be shown again while it is open, by its maker", async () => {
    const { link } = await roomOf("Hal");
    await conclave("Ida", "join", link, "--name", "Ida");
    const { link: again } = await conclave("Hal", "invites", "--link", "first link");
    expect((await conclave("Ora", "join", again, "--name", "Ora")).code).toBe(0);
    expect(await conclave("Ida", "invites", "--link", "first link")).toMatchObject({
      code: 1,
      error: { code: "NOT_FOUND" },
    });
    await conclave("Hal", "revoke", "first link");
    expect((await conclave("Hal", "invites", "--link", "first link")).code).toBe(1);
  }, 90_000);

  it("where several people decide together on who comes in, the first link asks", async () => {
    for (const [who, preset, mode] of [
      ["Jo", "everyone", "ask"],
      ["Kai", "admins:2", "ask"],
      ["Lou", "owner", "direct"],
      ["Max", "open", "direct"],
    ] as const) {
      const { invitation, link } = await roomOf(who, "--policy", preset);
      expect([preset, invitation.mode]).toEqual([preset, mode]);
      const asked = await conclave("Nia", "join", link, "--name", "Nia");
      expect([preset, asked.room.standing]).toEqual([preset, mode === "ask" ? "asking" : "member"]);
    }
    expect((await conclave("Jo", "invite", "--mode", "direct")).invitation.mode).toBe("direct");
  }, 120_000);

  it("forget: only a room that one is out of, and then nothing of it is left", async () => {
    const { link, room } = await roomOf("Pat");
    await conclave("Quin", "join", link, "--name", "Quin");
    expect(await conclave("Quin", "forget", room.id, "--yes")).toMatchObject({
      code: 1,
      error: { code: "STILL_MEMBER" },
    });
    await conclave("Pat", "remove", "Quin", "--yes");
    await conclave("Quin", "status");
    expect(await conclave("Quin", "forget", room.id, "--yes")).toMatchObject({ code: 0, done: true });
    expect((await conclave("Quin", "rooms")).rooms).toEqual([]);
  }, 90_000);
});

describe("what is advised", () => {
  it("every command that a sentence of this program names exists", () => {
    const program = buildProgram(SILENT);
    const known = new Set(program.commands.map((command) => command.name()));
    const named = new Map<string, string>();
    const source = fileURLToPath(new URL("../src", import.meta.url));
    for (const path of readdirSync(source, { recursive: true, encoding: "utf8" })) {
      // The words of other shells are there.
      if (!/\.tsx?$/u.test(path) || path.startsWith("manual")) continue;
      const text = readFileSync(join(source, path), "utf8");
      const advised = text.matchAll(/(?:\bconclave |(?:next|other)Command\(\s*")([a-z][a-z-]+)/gu);
      for (const [, word] of advised) named.set(word!, path);
    }
    const prose = new Set(["process", "command", "installation"]);
    const missing = [...named].filter(([word]) => !known.has(word) && !prose.has(word));
    expect(missing).toEqual([]);
    expect(named.size).toBeGreaterThan(20);
  });
});
