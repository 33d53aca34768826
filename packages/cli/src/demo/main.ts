import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { paintFor, wantsColor } from "../terminal/paint.js";
import { Actor, type Answer, Program } from "./actor.js";
import { Transcript } from "./transcript.js";

/** `npm run demo`: real processes over real sockets. Ends with exit code 0 only if every claim turned out to be true. */
const folder = mkdtempSync(join(tmpdir(), "conclave-demo-"));
const transcript = new Transcript(paintFor(wantsColor(process.stdout, process.env)));
const running: Program[] = [];
const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));
process.once("SIGINT", () => {
  cleanUp();
  process.exit(130);
});
try {
  await play();
  process.exitCode = transcript.finish() ? 0 : 1;
} finally {
  cleanUp();
}

async function play(): Promise<void> {
  const data = join(folder, "relay");
  const [alice, bob, carol, mallory] = ["Alice", "Bob", "Carol", "Mallory"].map(
    (name) => new Actor(name, folder, transcript),
  );
  if (!alice || !bob || !carol || !mallory) return;

  transcript.chapter("Mallory runs a relay");
  transcript.command("Mallory", "serve");
  const relay = start(Program.conclave(["serve", "--port", "0", "--data", data, "--json"]));
  const address = text((await relay.next("ready"))["address"]);
  transcript.tell(`It is a process of its own, at ${address}.`);

  transcript.chapter("Alice founds a room and switches her computer off");
  const founded = await alice.run(["room", "new", "Garden club", "--name", "Alice", "--relay", address]);
  const link = text(founded.document["link"]);
  const roomId = text((founded.document["room"] as Row | undefined)?.["id"]);
  transcript.claim(
    "The room exists and has an invite link. None of Alice's processes is running any more.",
    founded.code === 0 && link !== "",
  );

  transcript.chapter("Bob, Carol and Mallory join with the link, while nobody is online");
  for (const actor of [bob, carol, mallory]) {
    await actor.run(["join", link, "--name", actor.name], `join 'LINK' --name ${actor.name}`);
  }
  const log = rows(await carol.quietly(["log"]), "decisions");
  for (const { summary, right } of log) transcript.tell([text(summary), text(right)].filter(Boolean).join(", "));
  transcript.claim(
    "All three are in, with Alice's link. Everybody can see that, and their devices have verified it.",
    log.filter(({ summary }) => text(summary).endsWith(" joined")).length === 3,
  );

  transcript.chapter("They talk");
  const chats = [alice.chat(), bob.chat(), carol.chat()] as const;
  running.push(...chats);
  const [a, b, c] = chats;
  a.say("Welcome! The seeds are in the shed.");
  const heard = (await Promise.all([b, c].map((chat) => chat.seesText("Welcome! The seeds are in the shed.")))).every(
    Boolean,
  );
  b.say("Thank you, Alice.");
  const answered = (await Promise.all([a, c].map((chat) => chat.seesText("Thank you, Alice.")))).every(Boolean);
  transcript.tell("Alice: Welcome! The seeds are in the shed.\nBob: Thank you, Alice.");
  transcript.claim("Everybody has read both.", heard && answered);
  await Promise.all(chats.map((chat) => chat.leave()));
  const codes = await Promise.all([alice, bob, carol].map((actor) => actor.quietly(["verify"])));
  const roomCodes = new Set(codes.map(({ document }) => document["roomCode"]));
  transcript.tell(`room code: ${text([...roomCodes][0])}`);
  transcript.claim(
    "Alice, Bob and Carol see the same room code: the same people, the same history, the same keys.",
    roomCodes.size === 1,
  );

  transcript.chapter(
    "Alice removes Bob. Bob has kept a copy of everything his device had stored, and gets the relay's database",
  );
  const kept = join(folder, "bobs-copy");
  cpSync(bob.home, kept, { recursive: true });
  const removed = await alice.run(["remove", "Bob", "--yes"]);
  transcript.claim("Bob is removed.", removed.code === 0 && removed.document["done"] === true);
  const lastAllowed = await lengthOfLog(alice, roomId);
  await alice.run(["send", "The key is under the blue pot."]);
  await carol.run(["send", "Found it, thank you."]);
  const read = rows(await carol.quietly(["history"]), "items").map(textOf);
  transcript.claim("Carol and Alice can read each other.", read.includes("The key is under the blue pot."));
  const tries = await start(
    Program.node(script("bobTries.js"), [kept, join(data, "relay.db"), roomId, String(lastAllowed)]),
  ).output();
  const [before, after] = [tries["before"] as Row, tries["after"] as Row];
  transcript.tell(
    `Bob tries each of the ${text(tries["keys"])} runs of 32 bytes in his copy as the key of each record.`,
  );
  transcript.tell(`Of ${text(before["tried"])} records from before his removal he opens ${text(before["opened"])}.`);
  transcript.tell(`Of ${text(after["tried"])} records from after his removal he opens ${text(after["opened"])}.`);
  transcript.claim(
    "His method works: it opens what he was allowed to read.",
    before["opened"] === before["tried"] && Number(before["tried"]) > 0,
  );
  transcript.claim("He opens nothing from after his removal.", after["opened"] === 0 && Number(after["tried"]) > 0);
  const seen = rows(await bob.run(["history"]), "items").map(textOf);
  transcript.claim(
    "Nor does his own program show him any of it.",
    !seen.includes("The key is under the blue pot.") && seen.includes("Thank you, Alice."),
  );

  transcript.chapter(
    "Mallory, who is a member and runs the relay, adds a device of her own: her relay puts it into the log",
  );
  await mallory.quietly(["status"]);
  const members = await namesSeenBy(alice);
  await relay.stop();
  const port = new URL(address).port;
  const hostile = start(Program.node(script("hostileRelay.js"), [data, mallory.home, roomId, port]));
  const injected = await hostile.next("ready");
  transcript.tell(
    `Her altered relay is running. ${text(injected["injected"])} changes made with her keys are in the log, and it signs them.`,
  );
  for (const actor of [alice, carol]) {
    const status = await actor.run(["status"]);
    const alarms = rows({ ...status, document: (status.document["status"] as Row | undefined) ?? {} }, "alarms");
    for (const alarm of alarms)
      transcript.tell(`ALARM ${text(alarm["code"])}: ${text(alarm["sentence"])}\n      ${text(alarm["advice"])}`);
    const seenCodes = alarms.map(({ code }) => code);
    transcript.claim(
      `${actor.name}'s device raises an alarm for both: bytes sealed with a key of the relay's, and a change that it refuses.`,
      status.code === 5 && seenCodes.includes("JUNK") && seenCodes.includes("REFUSED_CHANGE"),
    );
    const accused = alarms.find(({ code }) => code === "REFUSED_CHANGE")?.["person"] as Row | undefined;
    transcript.claim("It says whose device made the change: Mallory's.", accused?.["name"] === "Mallory");
  }
  transcript.claim(
    `The members are the same as before: ${members.join(", ")}.`,
    (await namesSeenBy(carol)).join(", ") === members.join(", ") && !members.includes("Ghost"),
  );
  await alice.run(["send", "Mallory tried to let somebody in."]);
  const last = rows(await carol.quietly(["history"]), "items").map(textOf);
  transcript.claim(
    "Alice and Carol go on talking, over the same relay.",
    last.at(-1) === "Mallory tried to let somebody in.",
  );
}

type Row = Readonly<Record<string, unknown>>;

function start(program: Program): Program {
  running.push(program);
  return program;
}

function rows({ document }: Answer, name: string): readonly Row[] {
  return Array.isArray(document[name]) ? (document[name] as Row[]) : [];
}

function text(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

function textOf(item: Row): string {
  return text((item["message"] as Row | undefined)?.["text"]);
}

async function namesSeenBy(actor: Actor): Promise<string[]> {
  return rows(await actor.quietly(["members"]), "members").map(({ name }) => text(name));
}

/** Where in the log the removal is: what comes after it is not for Bob. */
async function lengthOfLog(actor: Actor, roomId: string): Promise<number> {
  const status = (await actor.quietly(["status", "--room", roomId, "--offline"])).document["status"] as Row;
  return Number(status["n"]);
}

function cleanUp(): void {
  for (const program of running) program.kill();
  rmSync(folder, { recursive: true, force: true });
}
