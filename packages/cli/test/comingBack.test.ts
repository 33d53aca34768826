import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run, type Running, startRelay } from "./processes.js";

let folder = "";
let relay: Running;
let address = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "conclave-back-"));
  ({ relay, address } = await startRelay(join(folder, "relay")));
});
afterAll(async () => {
  await relay.stop();
  rmSync(folder, { recursive: true });
});

async function conclave(who: string, args: string[], input = "") {
  const options = { env: { CONCLAVE_RELAY: address }, input };
  const { code, stdout, stderr } = await run([...args, "--json", "--home", join(folder, who)], options);
  if (stdout === "") throw new Error(`conclave ${args.join(" ")} printed nothing: ${stderr}`);
  return { code, ...JSON.parse(stdout) };
}

describe("a founder who has lost their home", () => {
  it("comes back by the words to both rooms, as their owner", async () => {
    const first = await conclave("Alice", ["room", "new", "First", "--name", "Alice"]);
    const second = await conclave("Alice", ["room", "new", "Second", "--name", "Alice"]);
    expect([first.returning, second.returning]).toEqual(["ready", "ready"]);
    const { words, rooms } = await conclave("Alice", ["recovery"]);
    expect(rooms).toMatchObject([{ returning: "ready" }, { returning: "ready" }]);
    rmSync(join(folder, "Alice"), { recursive: true });
    await conclave("Alice anew", ["recover"], words.join(" "));
    // Any link will do: the one that goes with the words, or an invite.
    for (const link of [rooms.find(({ title }: { title: string }) => title === "First").link, second.link]) {
      expect(await conclave("Alice anew", ["join", link])).toMatchObject({ code: 0, room: { role: "owner" } });
    }
    const { status } = await conclave("Alice anew", ["status", "--room", "Second"]);
    expect(status.returning).toBe("ready");
  }, 300_000);
});

describe("a home that was put back from a backup", () => {
  it("of a sole owner: every advice has a door, and the room keeps its owner", async () => {
    const { link } = await conclave("Ann", ["room", "new", "Garden", "--name", "Ann"]);
    await conclave("Ben", ["join", link, "--name", "Ben"]);
    cpSync(join(folder, "Ann"), join(folder, "Ann copy"), { recursive: true });
    await conclave("Ann", ["send", "after the backup"]);
    const refused = await conclave("Ann copy", ["send", "from the copy"]);
    expect(refused).toMatchObject({ code: 5, error: { hint: expect.stringContaining(" resume") } });
    const status = await conclave("Ann copy", ["status"]);
    expect(status.status.alarms[0].advice).toContain(" resume");
    expect(await conclave("Ann copy", ["resume"])).toMatchObject({ code: 0, hasReturned: true, paused: null });
    expect((await conclave("Ann copy", ["send", "back"])).message.state).toBe("sent");
    // The other one is out, and can come back in turn.
    expect(await conclave("Ann", ["send", "from the old one"])).toMatchObject({ code: 1 });
    const { items } = await conclave("Ben", ["history"]);
    expect(items.flatMap(({ message }: { message?: { text: string } }) => message?.text ?? [])).toEqual([
      "after the backup",
      "back",
    ]);
    const members = (await conclave("Ann copy", ["members"])).members;
    expect(members.map(({ name, role }: { name: string; role: string }) => [name, role])).toEqual([
      ["Ann", "owner"],
      ["Ben", "member"],
    ]);
  }, 300_000);

  it("A64: of somebody who is no owner: it asks, a member's device lets it in, and the original is told", async () => {
    const { link } = await conclave("Eve", ["room", "new", "Barn", "--name", "Eve"]);
    await conclave("Fin", ["join", link, "--name", "Fin"]);
    cpSync(join(folder, "Fin"), join(folder, "Fin copy"), { recursive: true });
    await conclave("Fin", ["send", "after the backup"]);
    // Nobody is there yet.
    expect(await conclave("Fin copy", ["resume"])).toMatchObject({ code: 5, error: { code: "RESTORED" } });
    const { status } = await conclave("Fin copy", ["status"]);
    expect(status.comingBack).toMatchObject({ why: "copy", by: null, step: "asked" });
    expect(status.comingBack.text).toContain("when one of their devices is online");
    // Eve's program does what is due in the room while it is there, whatever she asks of it.
    await conclave("Eve", ["sync"]);
    expect(await conclave("Fin copy", ["resume"])).toMatchObject({ code: 0, hasReturned: true, paused: null });
    expect((await conclave("Fin copy", ["send", "back by myself"])).message.state).toBe("sent");
    expect(await conclave("Fin", ["send", "from the old one"])).toMatchObject({ code: 1 });
    const { items } = await conclave("Eve", ["history"]);
    expect(items.flatMap(({ message }: { message?: { text: string } }) => message?.text ?? [])).toEqual([
      "after the backup",
      "back by myself",
    ]);
    const { decisions } = await conclave("Eve", ["log"]);
    expect(decisions.map(({ action }: { action: string }) => action)).toContain("reseat");
  }, 300_000);

  it("of somebody who is no owner: resume says who can help, and that works", async () => {
    const { link } = await conclave("Cleo", ["room", "new", "Shed", "--name", "Cleo"]);
    await conclave("Dan", ["join", link, "--name", "Dan"]);
    cpSync(join(folder, "Dan"), join(folder, "Dan copy"), { recursive: true });
    await conclave("Dan", ["send", "after the backup"]);
    const resumed = await conclave("Dan copy", ["resume"]);
    expect(resumed).toMatchObject({ code: 5, error: { code: "RESTORED" } });
    for (const command of ["remove NAME", "invite --mode ask", "join 'LINK'", "admit NAME"])
      expect(resumed.error.hint).toContain(` ${command}`);
    expect((await conclave("Cleo", ["remove", "Dan", "--yes"])).code).toBe(0);
    const { link: asking } = await conclave("Cleo", ["invite", "--mode", "ask", "--label", "Dan again"]);
    expect((await conclave("Dan copy", ["join", asking, "--name", "Dan"])).code).toBe(0);
    expect((await conclave("Cleo", ["admit", "Dan"])).code).toBe(0);
    expect((await conclave("Dan copy", ["send", "I am back"])).message.state).toBe("sent");
  }, 300_000);
});
