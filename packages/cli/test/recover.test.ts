import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run, type Running, startRelay } from "./processes.js";

let folder = "";
let relay: Running;
let address = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "conclave-recover-"));
  ({ relay, address } = await startRelay(join(folder, "relay")));
});
afterAll(async () => {
  await relay.stop();
  rmSync(folder, { recursive: true });
});

async function plain(who: string, args: string[], input = "") {
  return await run([...args, "--home", join(folder, who)], { env: { CONCLAVE_RELAY: address }, input });
}

async function conclave(who: string, args: string[], input = "") {
  const { code, stdout, stderr } = await plain(who, [...args, "--json"], input);
  if (stdout === "") throw new Error(`conclave ${args.join(" ")} printed nothing: ${stderr}`);
  return { code, ...JSON.parse(stdout) };
}

describe("coming back from the 24 words", () => {
  it("an empty home becomes the person; by the steps that it tells they come back into a room", async () => {
    const { link } = await conclave("Alice", ["room", "new", "Garden club", "--name", "Alice"]);
    await conclave("Bob", ["join", link, "--name", "Bob"]);
    const before = await conclave("Bob", ["verify"]);
    const { words } = await conclave("Bob", ["recovery"]);
    await conclave("Alice", ["send", "for those who were here"]);

    const told = await plain("Bob 2", ["recover"], `  ${words.join("\n").toUpperCase()}\n`);
    expect(told.code).toBe(0);
    expect(told.stdout).toContain(before.words.join(" "));
    expect(told.stdout).toContain("Old messages don't come back.");
    expect(told.stdout + told.stderr).not.toContain(words.slice(0, 3).join(" "));
    const again = await conclave("Bob 2", ["recover"], words.join(" "));
    expect(again).toMatchObject({ code: 0, words: before.words, digits: before.digits, rooms: [] });

    // Their lost device is in the room: nobody is in twice, and no link is the way around the others.
    expect(await conclave("Bob 2", ["join", link, "--name", "Bob"])).toMatchObject({
      code: 1,
      error: { code: "ALREADY_MEMBER" },
    });
    expect(await conclave("Alice", ["remove", "Bob", "--yes"])).toMatchObject({ code: 0, done: true });
    const { link: asking } = await conclave("Alice", ["invite", "--mode", "ask", "--label", "Bob again"]);
    expect(await conclave("Bob 2", ["join", asking, "--name", "Bob"])).toMatchObject({
      code: 0,
      room: { standing: "asking" },
    });
    expect((await conclave("Alice", ["requests"])).requests).toMatchObject([{ name: "Bob" }]);
    expect(await conclave("Alice", ["admit", "Bob"])).toMatchObject({ code: 0, done: true });
    expect((await conclave("Bob 2", ["status"])).room).toMatchObject({ standing: "member", people: 2 });
    await conclave("Bob 2", ["send", "I am back"]);
    const { items } = await conclave("Alice", ["history"]);
    expect(items.at(-1).message.text).toBe("I am back");
    expect((await conclave("Bob", ["send", "from the lost device"])).error.code).toBe("NOT_MEMBER");
  }, 240_000);

  it("words that are none, none at all, or somebody else's home: refused, and nothing is made or said of them", async () => {
    const { words } = await conclave("Carol", ["room", "new", "Shed", "--name", "Carol"]).then(() =>
      conclave("Carol", ["recovery"]),
    );
    // One word that is in no list: a swap of two would be a phrase once in 256 times.
    const spoiled = [...words.slice(0, 23), "conclave"].join(" ");
    for (const input of [spoiled, words.slice(1).join(" "), "abandon ".repeat(23), "x".repeat(5000), ""]) {
      const { code, stdout, stderr } = await plain("Nobody", ["recover", "--json"], input);
      expect([code, JSON.parse(stdout).error.code]).toEqual([2, "USAGE"]);
      // Single words of the list are everyday words; two of the phrase in a row are said by nobody else.
      for (let at = 1; at < words.length; at++) {
        expect(stdout + stderr).not.toContain(`${words[at - 1]} ${words[at]}`);
      }
    }
    expect(existsSync(join(folder, "Nobody"))).toBe(false);
    expect((await conclave("Nobody", ["recover", ...words])).code).toBe(2);
    expect(await conclave("Alice", ["recover"], words.join(" "))).toMatchObject({
      code: 1,
      error: { code: "HOME_NOT_EMPTY" },
    });
  }, 180_000);
});
