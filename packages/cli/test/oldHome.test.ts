import { readSqliteRecords } from "@conclave/client/node";
import { toHex } from "@conclave/codec";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeOldHome, OldWorld, unpack } from "./oldHome.js";

const IN_GARDEN = ["--room", "The garden"];
const HOUR_MS = 3_600_000;

const folders: string[] = [];
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "conclave-old-home-"));
  folders.push(folder);
  return folder;
}
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

// How a fixture is made: see fixtures/README.md.
const made = process.env["CONCLAVE_WRITE_HOME"];
if (made !== undefined)
  it("is written", async () => {
    await makeOldHome(made, newFolder());
  }, 900_000);

describe.each(["home-2026-11"])("homes as an earlier build left them: %s", (name) => {
  let world: OldWorld;
  let folder: string;
  beforeAll(() => {
    folder = newFolder();
    const { madeAt } = unpack(name, folder);
    world = new OldWorld(folder, madeAt + HOUR_MS - Date.now());
  });
  /** Everything that a person's home holds. */
  const contentOf = (who: string) =>
    readSqliteRecords(join(folder, who, "home.sqlite")).map(({ key, value }) => [key, toHex(value)]);

  it.each(["ann", "ben", "dan"])(
    "RULE client.old-form: %s's is refused with a clear sentence, and left as it is",
    async (who) => {
      const before = contentOf(who);
      expect(before.length).toBeGreaterThanOrEqual(3);
      const room = who === "dan" ? [] : IN_GARDEN;
      const tries = [["rooms"], ["history", ...room], ["status", "--offline", ...room], ["send", "hello", ...room]];
      for (const args of tries) {
        const { code, error } = await world.conclave(who, ...args);
        expect([args, code, error]).toMatchObject([args, 1, { code: "HOME_OLD" }]);
        expect(error.message).toContain("Nothing in it was changed.");
      }
      expect(contentOf(who)).toEqual(before);
    },
    240_000,
  );
});
