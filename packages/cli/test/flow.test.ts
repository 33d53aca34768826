import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openHome } from "../src/session/openHome.js";
import { run, Running, startRelay } from "./processes.js";

let folder = "";
let relay: Running;
let address = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "conclave-flow-"));
  ({ relay, address } = await startRelay(join(folder, "relay")));
});
afterAll(async () => {
  await relay.stop();
  rmSync(folder, { recursive: true });
});

/** One command of somebody with a home of their own, and what it printed. */
async function conclave(who: string, ...args: string[]) {
  const { code, stdout, stderr } = await run([...args, "--json", "--home", join(folder, who)], {
    env: { CONCLAVE_RELAY: address },
  });
  if (stdout === "") throw new Error(`conclave ${args.join(" ")} printed nothing: ${stderr}`);
  return { code, ...JSON.parse(stdout) };
}

async function roomOf(who: string, ...more: string[]): Promise<string> {
  const made = await conclave(who, "room", "new", "Garden club", "--name", who, ...more);
  expect(made.code).toBe(0);
  return made.link;
}

/** How long a command takes that asks nobody (ms), on this machine as busy as it is now. */
async function bareTime(who: string): Promise<number> {
  const started = Date.now();
  expect((await conclave(who, "rooms")).code).toBe(0);
  return Date.now() - started;
}

const names = (people: { name: string }[]) => people.map(({ name }) => name);
const texts = (items: { message?: { text: string } }[]) => items.flatMap(({ message }) => message?.text ?? []);

describe("a room by the command line, each command a process", () => {
  it("found, join with nobody there, talk, see who let whom in, remove", async () => {
    const link = await roomOf("Alice");
    const joined = await conclave("Bob", "join", link, "--name", "Bob");
    expect(joined).toMatchObject({ code: 0, room: { standing: "member", isConfirmed: false, people: 2 } });
    await conclave("Carol", "join", link, "--name", "Carol");
    expect((await conclave("Bob", "send", "Hello!")).message.state).toBe("sent");
    expect(texts((await conclave("Alice", "history")).items)).toEqual(["Hello!"]);

    const { members } = await conclave("Alice", "members");
    expect(names(members)).toEqual(["Alice", "Bob", "Carol"]);
    expect(members[1].admission.text).toBe('joined with your link "first link"');
    const { decisions } = await conclave("Carol", "log");
    const summaries = decisions.map(({ summary }: { summary: string }) => summary);
    // The founder's link and their way back are made side by side.
    expect(summaries.slice(1, 3).sort()).toEqual([
      "Alice created an invite link",
      "Alice set up recovery for this room",
    ]);
    expect([summaries[0], ...summaries.slice(3)]).toEqual(["Alice founded the room", "Bob joined", "Carol joined"]);
    const codes = await Promise.all(["Alice", "Bob", "Carol"].map((who) => conclave(who, "verify")));
    expect(new Set(codes.map(({ roomCode }) => roomCode)).size).toBe(1);
    expect(codes[0]).toMatchObject({ words: { length: 12 }, digits: expect.stringMatching(/^(\d{5} ?){12}$/u) });

    const refused = await conclave("Bob", "remove", "Carol", "--yes");
    expect(refused).toMatchObject({ code: 1, error: { code: "NOT_ALLOWED", hint: expect.stringContaining("policy") } });
    expect(await conclave("Alice", "remove", "Bob", "--yes")).toMatchObject({ code: 0, done: true });
    await conclave("Carol", "send", "Only Alice reads this.");
    expect(texts((await conclave("Bob", "history")).items)).toEqual(["Hello!"]);
    expect(await conclave("Bob", "send", "Hello?")).toMatchObject({ code: 1, error: { code: "NOT_MEMBER" } });
    expect(await conclave("Bob", "join", link, "--name", "Bob")).toMatchObject({ code: 1 });
    expect(texts((await conclave("Alice", "history")).items)).toEqual(["Hello!", "Only Alice reads this."]);
  }, 180_000);

  it("ask, be admitted; roles, policy, leaving", async () => {
    await roomOf("Dora", "--no-invite");
    const { link } = await conclave("Dora", "invite", "--label", "Friends", "--mode", "ask", "--uses", "3");
    const asked = await conclave("Emil", "join", link, "--name", "Emil", "--note", "from next door");
    expect(asked.room.standing).toBe("asking");
    const { requests } = await conclave("Dora", "requests");
    expect(requests).toMatchObject([{ name: "Emil", note: "from next door", via: 'your link "Friends"' }]);
    expect(await conclave("Dora", "admit", "Emil")).toMatchObject({ code: 0, done: true });
    expect(await conclave("Emil", "status")).toMatchObject({
      room: { standing: "member", people: 2 },
      // What is quicker is not loaded for so short a time.
      status: { providers: { curves: "openssl", mlKem: "noble" } },
    });
    expect((await conclave("Dora", "log")).decisions.at(-1)).toMatchObject({ summary: "Dora let Emil in" });

    const owner = await conclave("Dora", "leave", "--yes");
    expect(owner).toMatchObject({ code: 1, error: { code: "LAST_OWNER", hint: expect.stringContaining("hand-over") } });
    expect((await conclave("Dora", "role", "Emil", "owner", "--yes")).code).toBe(0);
    expect((await conclave("Dora", "policy", "set", "open", "--yes")).code).toBe(0);
    expect((await conclave("Emil", "policy")).preset).toBe("open");
    expect((await conclave("Dora", "leave", "--yes")).code).toBe(0);
    // Whoever runs the next command carries it out.
    expect(names((await conclave("Emil", "members")).members)).toEqual(["Emil"]);
    expect((await conclave("Dora", "status")).room.standing).toBe("left");
  }, 180_000);

  it("a link's welcome is read before one joins, as a quotation without tricks", async () => {
    const text = "Say where your plot is!\n\u202eYou are in this room already.\u001b[2J";
    const link = await roomOf("Wim", "--welcome", text);
    const { invitations } = await conclave("Wim", "invites");
    expect(invitations).toMatchObject([{ welcome: text }]);
    const { stderr } = await run(["join", link, "--name", "Xaver", "--home", join(folder, "Xaver")], {
      env: { CONCLAVE_RELAY: address },
    });
    expect(stderr).toContain("Wim says:\n  > Say where your plot is!\n  > You are in this room already.[2J\n");
  });

  it("the chat as lines: what one types the other sees, and both may be stopped at any time", async () => {
    const link = await roomOf("Gina");
    await conclave("Hans", "join", link, "--name", "Hans");
    const chats = ["Gina", "Hans"].map((who) => new Running(["chat", "--home", join(folder, who)]));
    const [gina, hans] = [chats[0]!, chats[1]!];
    gina.write("Good morning");
    await hans.line((line) => line.endsWith("<Gina> Good morning"));
    hans.write("/members");
    await gina.line((line) => line.endsWith("<Hans> /members"));
    hans.write("Good morning, Gina");
    await gina.line((line) => line.endsWith("<Hans> Good morning, Gina"));
    hans.closeInput();
    expect(await hans.end()).toBe(0);
    expect(await gina.stop()).toBe(0);
  }, 180_000);
});

describe("what goes wrong", () => {
  it("RULE cli.read-is-a-copy: while another process uses a home it can be read, not written, and the reader changes nothing", async () => {
    await roomOf("Ida");
    const chat = new Running(["chat", "--json", "--home", join(folder, "Ida")]);
    chat.write("one");
    await chat.line((line) => line.includes('"sent"'));
    const locked = await conclave("Ida", "send", "two");
    expect(locked).toMatchObject({ code: 4, error: { code: "HOME_IN_USE" } });
    expect(texts((await conclave("Ida", "history")).items)).toEqual(["one"]);
    expect(names((await conclave("Ida", "members")).members)).toEqual(["Ida"]);
    const { client } = await openHome(join(folder, "Ida"), "stored");
    await client.rooms()[0]!.send("written by a reader");
    await client.close();
    chat.write("three");
    await chat.line((line) => line.includes("three") && line.includes('"sent"'));
    expect(await chat.stop()).toBe(0);
    expect(texts((await conclave("Ida", "history")).items)).toEqual(["one", "three"]);
  }, 180_000);

  it("a damaged link, no room, an unknown person, a wrong policy: each says what, with its exit code", async () => {
    expect(await conclave("Nobody", "members")).toMatchObject({ code: 1, error: { code: "NO_ROOMS" } });
    expect(await conclave("Nobody", "rooms")).toMatchObject({ code: 0, rooms: [] });
    const link = await roomOf("Jan");
    expect(await conclave("Nobody", "join", link.slice(0, -4), "--name", "N")).toMatchObject({
      code: 2,
      error: { code: "LINK" },
    });
    expect(await conclave("Jan", "remove", "Zoe")).toMatchObject({ code: 1, error: { code: "NOT_FOUND" } });
    expect(await conclave("Jan", "policy", "set", "anarchy")).toMatchObject({ code: 2, error: { code: "USAGE" } });
    expect(await conclave("Jan", "join", link, "--name", "Jan")).toMatchObject({
      code: 1,
      error: { code: "ALREADY_HERE" },
    });
    writeFileSync(join(folder, "no-proof.json"), "{}");
    expect(await conclave("Jan", "verify-proof", join(folder, "no-proof.json"))).toMatchObject({
      code: 1,
      error: { code: "NO_PROOF" },
    });
    expect((await conclave("Jan", "recovery")).words).toHaveLength(24);
  }, 180_000);

  it("what is too long, hidden, endless or senseless: refused as wrong usage, in one JSON document", async () => {
    await roomOf("Pia", "--no-invite");
    const usage = (args: string[]) => conclave("Pia", ...args);
    for (const args of [
      ["room", "new", "x".repeat(10_000), "--name", "Pia"],
      ["room", "new", "a\u001b[2Jb", "--name", "Pia"],
      ["room", "new", "Shed", "--name", "a\u202eb"],
      ["room", "new", "Shed", "--name", "Pia", "--relay", "gopher://nowhere.invalid"],
      ["room", "new", "Shed", "--name", "Pia", "--relay", "http://999.1.1.1"],
      ["invite", "--label", "a\u001b[31mb"],
      ["invite", "--label", "y".repeat(5000)],
      ["invite", "--uses", "10001"],
      ["invite", "--welcome", "ä".repeat(251)],
      ["room", "new", "Shed", "--name", "Pia", "--welcome", "ä".repeat(251)],
      ["room", "new", "Shed", "--name", "Pia", "--welcome", "Hello", "--no-invite"],
      ["send", "z".repeat(61 * 1024)],
      ["verify-proof", join(folder, "nothing")],
    ])
      expect(await usage(args)).toMatchObject({ code: 2, error: { code: "USAGE" } });
    for (const file of ["/dev/zero", folder])
      expect(await usage(["verify-proof", file])).toMatchObject({ code: 1, error: { code: "NO_PROOF" } });
    expect(await usage(["remove", "Pia", "--yes"])).toMatchObject({
      code: 1,
      error: { hint: expect.stringContaining("leave") },
    });
  }, 90_000);

  it("a relay that lost its data is said to have no such room: neither silent nor a liar", async () => {
    const { relay: first, address: elsewhere } = await startRelay(join(folder, "lost"));
    await conclave("Rut", "room", "new", "Shed", "--name", "Rut", "--relay", elsewhere);
    await first.stop();
    const { relay: second } = await startRelay(join(folder, "found"), Number(new URL(elsewhere).port));
    const unknown = { code: 1, error: { code: "RELAY_ROOM_UNKNOWN", hint: expect.stringContaining("data folder") } };
    for (const args of [["send", "hello"], ["invite"], ["members"]]) {
      const bare = await bareTime("Rut");
      const started = Date.now();
      const answer = await conclave("Rut", ...args);
      // Where nothing is said, a command waits for 20 seconds.
      const told = `${args[0]}: ${JSON.stringify(answer.error ?? null)}`;
      expect(Date.now() - started, told).toBeLessThan(2 * bare + 15_000);
      if (args[0] === "members") expect(names(answer.members)).toEqual(["Rut"]);
      else expect(answer).toMatchObject(unknown);
    }
    const { code, status } = await conclave("Rut", "status");
    expect([code, status.alarms]).toEqual([0, []]);
    await second.stop();
  }, 90_000);

  it("no relay: said at once, with exit code 3; what was written is kept and sent later, once", async () => {
    const { relay: other, address: elsewhere } = await startRelay(join(folder, "other"));
    await conclave("Kim", "room", "new", "Shed", "--name", "Kim", "--relay", elsewhere);
    await other.stop();
    const bare = await bareTime("Kim");
    const started = Date.now();
    const nobody = await conclave("Lea", "room", "new", "Shed", "--name", "Lea", "--relay", elsewhere);
    expect(nobody).toMatchObject({ code: 3, error: { code: "UNREACHABLE" } });
    expect(await conclave("Kim", "send", "later")).toMatchObject({ code: 3, error: { code: "UNREACHABLE" } });
    expect(names((await conclave("Kim", "members")).members)).toEqual(["Kim"]);
    // A single one that waited would take 20 seconds by itself.
    expect(Date.now() - started).toBeLessThan(4 * bare + 15_000);
    const again = await startRelay(join(folder, "other"), Number(new URL(elsewhere).port));
    await conclave("Kim", "send", "now");
    expect(texts((await conclave("Kim", "history")).items)).toEqual(["later", "now"]);
    await again.relay.stop();
  }, 180_000);

  it("kill -9 in the middle of sending: nothing that was stored is lost, nothing is doubled", async () => {
    const link = await roomOf("Mia");
    await conclave("Nik", "join", link, "--name", "Nik");
    let next = 0;
    let stored = 0;
    for (const pause of [40, 150]) {
      const chat = new Running(["chat", "--json", "--home", join(folder, "Mia")]);
      for (const end = next + 150; next < end; next++) chat.write(`text ${next}`);
      await chat.line((line) => line.includes(`"text ${next - 150}"`));
      await new Promise((resolve) => setTimeout(resolve, pause));
      await chat.stop("SIGKILL");
      const said = chat.lines.flatMap((line) => (line.endsWith("}") ? texts([JSON.parse(line)]) : []));
      stored = Math.max(stored, ...said.map((text) => Number(text.slice(5)) + 1));
      // What was typed and not stored when it died is typed again.
      const { items } = await conclave("Mia", "history", "--last", "1000");
      next = texts(items).length;
      expect(next).toBeGreaterThanOrEqual(stored);
    }
    await conclave("Mia", "send", "the end");
    const all = texts((await conclave("Nik", "history", "--last", "1000")).items);
    expect(all).toEqual([...Array.from({ length: next }, (_, number) => `text ${number}`), "the end"]);
  }, 90_000);

  it("a copied home is noticed, and does not go on", async () => {
    const link = await roomOf("Oda");
    cpSync(join(folder, "Oda"), join(folder, "Thief"), { recursive: true });
    await conclave("Oda", "send", "one");
    const thief = await conclave("Thief", "send", "two");
    expect(thief.code).not.toBe(0);
    expect((await conclave("Thief", "status")).code).toBe(5);
    expect(link).not.toBe("");
  }, 180_000);
});
