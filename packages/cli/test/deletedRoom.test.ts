import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { run, Running, startRelay } from "./processes.js";

// Each test starts several programs, one after the other.
vi.setConfig({ testTimeout: 120_000 });

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "conclave-deleted-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const DELETED = "The server says that its operator deleted this room.";

describe("a room that its relay's operator deletes", () => {
  it("is told as that to a member who is there and to one who comes later; both keep what they have, without an alarm", async () => {
    const data = join(folder, "relay");
    const { relay, address } = await startRelay(data);
    const [ann, ben] = [join(folder, "ann"), join(folder, "ben")];
    const made = await run(["room", "new", "Club", "--name", "Ann", "--relay", address, "--json", "--home", ann]);
    const { link } = JSON.parse(made.stdout) as { link: string };
    await run(["join", link, "--name", "Ben", "--yes", "--home", ben]);
    await run(["send", "The last words.", "--home", ann]);
    await run(["sync", "--home", ben]);
    const chat = new Running(["chat", "--plain", "--follow", "--home", ann]);
    await chat.line((line) => line.includes("The last words."));
    const listed = await run(["relay", "rooms", "--json", "--data", data]);
    const { rooms } = JSON.parse(listed.stdout) as { rooms: { tag: string; records: number; usedAt: number }[] };
    expect(rooms).toMatchObject([{ records: expect.any(Number), usedAt: expect.any(Number) }]);
    expect(statSync(join(data, "relay.sock")).mode & 0o777).toBe(0o600);

    expect((await run(["relay", "delete", rooms[0]!.tag, "--yes", "--data", data])).code).toBe(0);
    await expect.poll(() => chat.lines.join("\n") + chat.errors, { timeout: 30_000 }).toContain(DELETED);
    chat.closeInput();
    await chat.stop();
    for (const home of [ann, ben]) {
      const sent = await run(["send", "Hello?", "--home", home]);
      expect([sent.code, sent.stderr]).toEqual([1, expect.stringContaining(DELETED)]);
      expect(sent.stderr).toContain("will be sent if an owner moves the room");
      expect(sent.stderr).toContain("room new");
      const status = await run(["status", "--json", "--home", home]);
      expect(JSON.parse(status.stdout)).toMatchObject({
        isCurrent: false,
        warnings: [{ code: "RELAY_ROOM_DELETED" }],
      });
      const { items } = JSON.parse((await run(["history", "--json", "--home", home])).stdout);
      expect(items).toContainEqual(expect.objectContaining({ kind: "message" }));
      expect(items).not.toContainEqual(expect.objectContaining({ kind: "alarm" }));
    }
    const late = await run(["join", link, "--name", "Cleo", "--yes", "--home", join(folder, "cleo")]);
    expect([late.code, late.stderr]).toEqual([1, expect.stringContaining(DELETED)]);
    await relay.stop();
  });

  it("also goes while no relay runs, and is still gone when it runs again", async () => {
    const data = join(folder, "stopped");
    const first = await startRelay(data);
    const ann = join(folder, "stopped-ann");
    await run(["room", "new", "Club", "--name", "Ann", "--relay", first.address, "--home", ann]);
    await first.relay.stop();
    const { rooms } = JSON.parse((await run(["relay", "rooms", "--json", "--data", data])).stdout);
    expect((await run(["relay", "delete", rooms[0].tag, "--yes", "--data", data])).code).toBe(0);
    expect(JSON.parse((await run(["relay", "rooms", "--json", "--data", data])).stdout).rooms).toEqual([]);
    const second = await startRelay(data, Number(new URL(first.address).port));
    const sent = await run(["send", "Hello?", "--home", ann]);
    expect([sent.code, sent.stderr]).toEqual([1, expect.stringContaining(DELETED)]);
    await second.relay.stop();
  });
});
