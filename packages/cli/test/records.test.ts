import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ERRORS, exitOf, RELAY_PREFIX } from "../src/errorCodes.js";
import { everyCommand, commandNameOf } from "../src/program/commandNames.js";
import { buildProgram } from "../src/program/program.js";
import { runHere, SILENT } from "./inProcess.js";
import { Running, startRelay } from "./processes.js";

type Shape =
  | { plain: string }
  | { value: string | number }
  | { union: Shape[] }
  | { list: Shape }
  | { map: Shape }
  | { type: string }
  | { opaque: string }
  | { fields: Field[] };
interface Field {
  name: string;
  isOptional: boolean;
  shape: Shape;
}
type Record = { [name: string]: unknown };

const script = fileURLToPath(new URL("../../../scripts/docs/recordShapes.mjs", import.meta.url));
let shapes: {
  commands: { [name: string]: { fields: Field[] } };
  chat: { [name: string]: { fields: Field[] } };
  types: { [name: string]: { fields: Field[] } };
};

/** Where a value is not as the types say; empty where it is. */
function faults(value: unknown, shape: Shape, at: string): string[] {
  if ("union" in shape) {
    const all = shape.union.map((each) => faults(value, each, at));
    return all.some((found) => found.length === 0)
      ? []
      : [`${at}: ${JSON.stringify(value)} is none of what it can be`, ...all.flat()];
  }
  if ("plain" in shape) {
    const isIt = shape.plain === "null" ? value === null : typeof value === shape.plain;
    return isIt ? [] : [`${at}: not ${shape.plain}`];
  }
  if ("value" in shape) return value === shape.value ? [] : [`${at}: not ${shape.value}`];
  if ("list" in shape)
    return Array.isArray(value)
      ? value.flatMap((each, n) => faults(each, shape.list, `${at}[${n}]`))
      : [`${at}: no list`];
  if (typeof value !== "object" || value === null) return [`${at}: no object`];
  if ("opaque" in shape) return [];
  if ("map" in shape) return Object.entries(value).flatMap(([key, each]) => faults(each, shape.map, `${at}.${key}`));
  const fields = "type" in shape ? shapes.types[shape.type]!.fields : shape.fields;
  return fieldFaults(value as Record, fields, at);
}

function fieldFaults(value: Record, fields: Field[], at: string): string[] {
  const extra = Object.keys(value).filter((name) => !fields.some((field) => field.name === name));
  return [
    ...extra.map((name) => `${at}.${name}: not in the types`),
    ...fields.flatMap(({ name, isOptional, shape }) =>
      name in value ? faults(value[name], shape, `${at}.${name}`) : isOptional ? [] : [`${at}.${name}: missing`],
    ),
  ];
}

let folder = "";
let relay: Running;
let another: { readonly relay: Running; readonly address: string };
const seen = new Set<string>();
const NO_ROOM = new Set([
  "rooms",
  "verify-proof",
  "recovery",
  "recover",
  "serve",
  "backup",
  "restore",
  "migrate",
  "web",
  "verify-web",
  "sign-web",
  "version",
  "gateway run",
  "gateway add",
  "gateway list",
  "gateway revoke",
  "gateway post",
  "steward",
  "relay rooms",
  "relay delete",
  "relay addresses",
  "relay block",
  "relay unblock",
  "relay recovered",
  "doctor",
  "error",
]);

/** Checks one printed record against its documented shape. */
function check(record: Record, of: typeof shapes.commands): Record {
  const { v, kind, roomId, warnings, ...rest } = record;
  const name = String(kind);
  seen.add(name);
  expect(v).toBe(1);
  expect([name, typeof roomId]).toEqual([name, NO_ROOM.has(name) ? expect.any(String) : "string"]);
  if (of === shapes.commands) expect(faults(warnings, { list: { type: "Warning" } }, "warnings")).toEqual([]);
  const { fields } = of[name] ?? { fields: [] };
  const isStreamError = of === shapes.chat && name === "error";
  expect(fieldFaults(isStreamError ? { ...rest, warnings } : rest, fields, name)).toEqual([]);
  expect(Object.hasOwn(of, name)).toBe(true);
  return record;
}

async function json(who: string, ...args: string[]) {
  const { code, stdout } = await runHere([...args, "--json", "--home", join(folder, who)]);
  const record = JSON.parse(stdout) as Record;
  if (record["kind"] === "error") throw new Error(`${args.join(" ")}: ${stdout}`);
  check(record, shapes.commands);
  return { code, ...JSON.parse(stdout) };
}

async function error(who: string, ...args: string[]) {
  const { code, stdout } = await runHere([...args, "--json", "--home", join(folder, who)]);
  const { v, kind, error: body } = JSON.parse(stdout) as { v: number; kind: string; error: { code: string } };
  expect([v, kind]).toEqual([1, "error"]);
  expect(faults(body, { type: "ErrorBody" }, "error")).toEqual([]);
  expect(ERRORS.has(body.code) || body.code.startsWith(RELAY_PREFIX)).toBe(true);
  expect([body.code, code]).toEqual([body.code, exitOf(body.code)]);
  return body.code;
}

beforeAll(async () => {
  shapes = JSON.parse(execFileSync(process.execPath, [script], { encoding: "utf8" }));
  folder = mkdtempSync(join(tmpdir(), "conclave-records-"));
  const started = await startRelay(join(folder, "relay"));
  relay = started.relay;
  another = await startRelay(join(folder, "another"));
  check(JSON.parse(relay.lines[0]!) as Record, shapes.commands);
  process.env["CONCLAVE_RELAY"] = started.address;
}, 120_000);
afterAll(async () => {
  await Promise.all([relay.stop(), another.relay.stop()]);
  rmSync(folder, { recursive: true });
});

describe("the JSON of every command, with a real relay, is what docs/json.md says", () => {
  it("talking", async () => {
    const { link, room } = await json("Ann", "room", "new", "Club", "--name", "Ann");
    await json("Ben", "join", link, "--name", "Ben");
    const { message } = await json("Ann", "send", "hello");
    expect(message).toMatchObject({ state: "sent", n: expect.any(Number) });
    expect(message.n).toBeGreaterThan(0);
    const id = message.id.slice(0, 8);
    await json("Ben", "reply", id, "hello, Ann");
    await json("Ben", "edit", "last", "good morning");
    await json("Ben", "react", id, "👍");
    await json("Ben", "delete", "last");
    await json("Ben", "search", "hello");
    writeFileSync(join(folder, "list.txt"), "beans");
    await json("Ann", "send", "--file", join(folder, "list.txt"), "what we need");
    await json("Ben", "save", "list.txt", join(folder, "saved.txt"));
    const { items } = await json("Ben", "history");
    expect(items.map(({ kind }: Record) => kind)).toContain("message");
    expect((await json("Ben", "rooms")).rooms).toHaveLength(1);
    expect(await error("Ben", "edit", id, "mine")).toBe("NOT_ALLOWED");
    expect(await error("Ben", "remove", "Nobody", "--yes")).toBe("NOT_FOUND");
    expect(await error("Ben", "remove", "Ann")).toBe("NEEDS_YES");
    expect(await error("Ben", "rooom")).toBe("USAGE");
    expect(await error("Ghost", "members")).toBe("NO_ROOMS");
    expect(room.id).toMatch(/^[0-9a-f]{64}$/u);
  }, 120_000);

  it("deciding: a person is always of one shape; what waits for others is exit code 7", async () => {
    const person = { id: expect.stringMatching(/^[0-9a-f]{64}$/u), name: "Dan", isYou: false, tag: expect.any(String) };
    const { link } = await json("Cleo", "room", "new", "Board", "--name", "Cleo");
    for (const who of ["Dan", "Eve", "Fay"]) await json(who, "join", link, "--name", who);
    const { members } = await json("Cleo", "members");
    expect(members[1].admission).toMatchObject({
      how: "invited",
      invite: { label: "first link", by: { name: "Cleo" } },
    });
    expect((await json("Cleo", "role", "Dan", "admin")).person).toEqual(person);
    await json("Cleo", "verify");
    expect((await json("Cleo", "verify", "Dan", "--mark")).person).toEqual(person);
    expect((await json("Cleo", "remove", "Eve", "--yes")).person).toMatchObject({ name: "Eve" });
    expect((await json("Cleo", "ban", "Fay", "--yes")).person).toMatchObject({ name: "Fay" });
    expect((await json("Eve", "status")).isCurrent).toBe(true);
    // Now it knows that it is out of the room, and asks no more.
    expect(await json("Eve", "status")).toMatchObject({ isCurrent: false, room: { standing: "removed" } });
    await json("Cleo", "title", "The board");
    await json("Cleo", "policy");
    await json("Cleo", "policy", "explain");
    expect((await json("Cleo", "policy", "set", "admins:2", "--yes")).code).toBe(0);
    const asked = await json("Cleo", "invite", "--label", "agreed", "--mode", "ask");
    expect(asked).toMatchObject({ code: 7, done: false, link: null, invitation: null });
    const { proposals } = await json("Dan", "requests");
    expect(proposals).toMatchObject([{ action: "createInvite", approvedBy: [{ name: "Cleo" }] }]);
    await json("Dan", "approve", asked["proposal"].slice(0, 12));
    const other = (await json("Cleo", "invite", "--label", "too many"))["proposal"].slice(0, 12);
    expect(await error("Dan", "withdraw", other)).toBe("NOT_ALLOWED");
    expect(await error("Cleo", "decline", other)).toBe("NOT_ALLOWED");
    expect((await json("Dan", "decline", other)).code).toBe(0);
    expect((await json("Cleo", "requests")).proposals).toMatchObject([{ declinedBy: [{ name: "Dan" }] }]);
    expect((await json("Cleo", "withdraw", other)).code).toBe(0);
    expect((await json("Dan", "requests")).proposals).toEqual([]);
    expect(await error("Dan", "approve", other)).toBe("NOT_FOUND");
    await json("Dan", "log");
    await json("Cleo", "invites");
    await json("Cleo", "resume");
    await json("Cleo", "sync");
    expect((await runHere(["leave", "--yes", "--json", "--home", join(folder, "Dan")])).code).toBe(0);
    await json("Eve", "forget", asked["roomId"], "--yes");
  }, 180_000);

  it("asking, revoking, handing over, sealing, leaving, recovering", async () => {
    const { roomId } = await json("Gus", "room", "new", "Shed", "--name", "Gus", "--no-invite");
    const { link } = await json("Gus", "invite", "--label", "ask", "--mode", "ask");
    expect((await json("Gus", "invites", "--link", "ask")).invitation.label).toBe("ask");
    for (const who of ["Hal", "Ida"]) await json(who, "join", link, "--name", who);
    const chat = new Running(["chat", "--json", "--follow", "--home", join(folder, "Gus")]);
    chat.closeInput();
    const requests = [];
    for (const who of ["Hal", "Ida"])
      requests.push(await chat.line((line) => line.includes('"request"') && line.includes(`"${who}"`)));
    await chat.line((line) => line.includes('"connection":"live"'));
    await chat.stop();
    const kinds = chat.lines.map((line) => {
      const record = check(JSON.parse(line) as Record, shapes.chat);
      expect(record["roomId"]).toBe(roomId);
      return record["kind"];
    });
    expect(kinds).toContain("history_end");
    await json("Gus", "admit", "Hal");
    await json("Gus", "deny", "Ida");
    await json("Gus", "revoke", "ask");
    const blob = Buffer.concat([Buffer.from("\0\0\0\u000bssh-ed25519\0\0\0 "), Buffer.alloc(32, 7)]);
    writeFileSync(join(folder, "keys"), `ssh-ed25519 ${blob.toString("base64")} hal@laptop\nssh-rsa AAAA old\n`);
    await json("Gus", "allow", join(folder, "keys"));
    await json("Gus", "allowed");
    const { link: forKeys } = await json("Gus", "invite", "--ssh-keys");
    await json("Kay", "join", String(forKeys), "--name", "Kay", "--yes", "--ssh-sign-file", join(folder, "to-sign"));
    await json("Gus", "disallow", "hal@laptop");
    await json("Hal", "status");
    await json("Gus", "room", "mirror", "add", another.address);
    const { mirrors, n } = await json("Hal", "room", "mirror", "list");
    expect(mirrors).toMatchObject([{ state: "agrees" }]);
    expect(Number(mirrors[0].n)).toBeGreaterThan(Number(n) - 2);
    await json("Gus", "room", "mirror", "remove", another.address);
    await json("Gus", "room", "move", another.address, "--yes");
    await json("Gus", "reset-clock", "--yes");
    await json("Gus", "hand-over", "Hal", "--yes");
    await json("Hal", "upgrade");
    await json("Hal", "seal", "--yes");
    await json("Gus", "leave", "--yes");
    const { words } = await json("Hal", "recovery");
    expect(words).toHaveLength(24);
    await json("Gus", "version");
  }, 180_000);

  it("a bot's own messages come once, in the room's order", async () => {
    await json("Jo", "room", "new", "Bots", "--name", "Jo");
    const chat = new Running(["chat", "--json", "--home", join(folder, "Jo")]);
    for (const text of ["one", "two"]) chat.write(text);
    await chat.line((line) => line.includes('"two"'));
    chat.closeInput();
    expect(await chat.end()).toBe(0);
    const records = chat.lines.map((line) => check(JSON.parse(line) as Record, shapes.chat));
    const said = records
      .filter(({ kind }) => kind === "message")
      .map(({ message }) => message as { text: string; n: number });
    expect(said.map(({ text }) => text)).toEqual(["one", "two"]);
    expect(said.every(({ n }) => n > 0)).toBe(true);
  }, 120_000);

  it("a gateway", async () => {
    await json("Kim", "room", "new", "Weather", "--name", "Kim");
    const gateway = new Running(["gateway", "run", "--port", "0", "--json", "--home", join(folder, "Kim")]);
    const ready = check(JSON.parse(await gateway.line((line) => line.includes("ready"))) as Record, shapes.commands);
    const { given } = await json("Kim", "gateway", "add", "sensor", "--way", "sealed", "--hear");
    const key = join(folder, "sensor.key");
    writeFileSync(key, `${given.party}:${given.key}`);
    await json("Kim", "gateway", "post", "--key", key, "--to", String(ready["address"]), "21 degrees");
    expect((await json("Kim", "gateway", "list")).parties).toMatchObject([{ label: "sensor", taken: 1 }]);
    await json("Kim", "gateway", "revoke", "sensor");
    expect(await error("Kim", "gateway", "revoke", "sensor")).toBe("NOT_FOUND");
    expect(await gateway.stop()).toBe(0);
    check(JSON.parse(gateway.lines.at(-1)!) as Record, shapes.commands);
  }, 120_000);

  it("a steward", async () => {
    const { link } = await json("Kim", "invite");
    await json("Stew", "join", String(link), "--steward", "--name", "Stew", "--yes");
    await json("Kim", "admit", "Stew");
    await json("Stew", "status");
    expect((await json("Stew", "steward", "--dry-run")).due).toEqual([]);
    const steward = new Running(["steward", "--json", "--home", join(folder, "Stew")]);
    check(JSON.parse(await steward.line((line) => line.includes("ready"))) as Record, shapes.commands);
    expect(await steward.stop()).toBe(0);
  }, 120_000);

  it("operating a relay", async () => {
    const data = ["--data", join(folder, "relay")];
    const { link } = await json("Lou", "room", "new", "Gone", "--name", "Lou");
    expect(link).toContain("#/join/");
    const { rooms } = await json("Op", "relay", "rooms", ...data);
    const newest = rooms.reduce((a: Record, b: Record) => (Number(a["createdAt"]) > Number(b["createdAt"]) ? a : b));
    expect(await error("Op", "relay", "delete", newest.tag, ...data)).toBe("NEEDS_YES");
    await json("Op", "relay", "delete", newest.tag.slice(0, 12), "--yes", ...data);
    expect(await error("Op", "relay", "delete", newest.tag, "--yes", ...data)).toBe("NOT_FOUND");
    await json("Op", "relay", "block", "192.0.2.7", ...data);
    expect((await json("Op", "relay", "addresses", ...data)).addresses).toContainEqual({
      address: "192.0.2.7",
      connections: 0,
      refused: 0,
      blocked: true,
    });
    await json("Op", "relay", "unblock", "192.0.2.7", ...data);
    expect(await error("Op", "relay", "unblock", "192.0.2.7", ...data)).toBe("NOT_FOUND");
    expect(await error("Op", "relay", "block", "garden", ...data)).toBe("USAGE");
    expect(await error("Op", "relay", "rooms", "--data", join(folder, "none"))).toBe("NO_RELAY_DATA");
  }, 120_000);

  it("a setting, a warning and a proof", async () => {
    const shown = await runHere(["serve", "--print-config", "--json", "--data", join(folder, "x")]);
    check(JSON.parse(shown.stdout) as Record, shapes.commands);
    const file = join(folder, "relay.backup");
    const ofRelay = await runHere(["backup", file, "--json", "--data", join(folder, "relay")]);
    check(JSON.parse(ofRelay.stdout) as Record, shapes.commands);
    const put = await runHere(["restore", file, "--json", "--data", join(folder, "restored")]);
    check(JSON.parse(put.stdout) as Record, shapes.commands);
    writeFileSync(join(folder, "none.json"), "{}");
    expect(await error("Ann", "verify-proof", join(folder, "none.json"))).toBe("NO_PROOF");
    const warned = await runHere(["members", "--json", "--home", join(folder, "Ann")]);
    expect(JSON.parse(warned.stdout).warnings).toEqual([]);
    const well = await runHere(["doctor", "--json", "--data", join(folder, "relay")]);
    check(JSON.parse(well.stdout) as Record, shapes.commands);
    await relay.stop();
    const told = await runHere(["relay", "recovered", "--json", "--data", join(folder, "relay")]);
    check(JSON.parse(told.stdout) as Record, shapes.commands);
    const { warnings, members } = await json("Ann", "members");
    expect(warnings).toMatchObject([{ code: "UNREACHABLE" }]);
    expect(members).toHaveLength(2);
  });

  it("every command has a documented record, and every record was seen", () => {
    // What prints text for people and machines of another kind, not records.
    const text = new Set(["chat", "room", "room mirror", "policy", "gateway", "relay", "help", "completion", "man"]);
    const commands = everyCommand(buildProgram(SILENT)).slice(1).map(commandNameOf);
    expect(commands.filter((name) => !text.has(name) && !Object.hasOwn(shapes.commands, name))).toEqual([]);
    expect(Object.keys(shapes.commands).filter((name) => !commands.includes(name))).toEqual([]);
    const elsewhere = ["room follow", "web", "verify-web", "sign-web", "verify-proof", "recover", "migrate"];
    expect(Object.keys(shapes.commands).filter((name) => !seen.has(name) && !elsewhere.includes(name))).toEqual([]);
  });
});
