import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run, type Running, startRelay } from "./processes.js";

let folder = "";
let relay: Running;
let address = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "conclave-marks-"));
  ({ relay, address } = await startRelay(join(folder, "relay")));
});
afterAll(async () => {
  await relay.stop();
  rmSync(folder, { recursive: true });
});

async function conclave(who: string, ...args: string[]) {
  const env = { CONCLAVE_RELAY: address };
  const { code, stdout } = await run([...args, "--json", "--home", join(folder, who)], { env });
  return { code, ...JSON.parse(stdout) };
}

describe("conclave verify --mark", () => {
  it("keeps a mark on a person, also in another room, and takes it away", async () => {
    const { link } = await conclave("Alice", "room", "new", "Garden club", "--name", "Alice");
    await conclave("Bob", "join", link, "--name", "Bob");
    expect(await conclave("Alice", "verify", "--mark")).toMatchObject({ code: 2, error: { code: "USAGE" } });
    expect(await conclave("Alice", "verify", "Bob", "--mark")).toMatchObject({ code: 0, isChecked: true });
    const other = await conclave("Bob", "room", "new", "Kitchen", "--name", "Robert");
    await conclave("Alice", "join", other.link, "--name", "Alice");
    const checked = async (room: string) => {
      const { members } = await conclave("Alice", "members", "--room", room);
      return members.map((each: { name: string; checked: { how: string } | null }) => [each.name, each.checked?.how]);
    };
    expect(await checked("Kitchen")).toEqual([
      ["Robert", "words"],
      ["Alice", undefined],
    ]);
    await conclave("Alice", "verify", "Bob", "--unmark", "--room", "Garden club");
    expect(await checked("Kitchen")).toEqual([
      ["Robert", undefined],
      ["Alice", undefined],
    ]);
  });
});
