import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import decodeQR from "qr/decode.js";
import { drawQrCode } from "../src/terminal/qrCode.js";
import { people, runHere } from "./inProcess.js";
import { startRelay, type Running } from "./processes.js";

let folder = "";
let relay: Running;
let address = "";
let conclave: ReturnType<typeof people>;
const at = (name: string) => join(folder, name);

/** Two of three admins decide; Mallory is a member. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "conclave-approvals-"));
  ({ relay, address } = await startRelay(at("relay")));
  conclave = people(folder);
  const found = ["room", "new", "Garden", "--name", "Alice", "--policy", "open", "--relay", address];
  const { link } = await conclave("alice", ...found);
  for (const name of ["Bob", "Carol", "Mallory"]) await conclave(name.toLowerCase(), "join", link, "--name", name);
  for (const name of ["Bob", "Carol"]) await conclave("alice", "role", name, "admin", "--yes");
  expect((await conclave("alice", "policy", "set", "admins:2", "--yes")).code).toBe(0);
}, 120_000);
afterAll(async () => {
  await relay.stop();
  rmSync(folder, { recursive: true });
});

const text = async (who: string, ...args: string[]) => (await runHere([...args, "--home", at(who)])).stdout;

/** What a camera reads of lines in a terminal, dark on light. */
function readCode(lines: readonly string[]): string {
  const rows = lines.flatMap((line) => {
    const letters = Array.from(stripVTControlCharacters(line));
    return [letters.map((each) => each === "█" || each === "▀"), letters.map((each) => each === "█" || each === "▄")];
  });
  const scale = 4;
  const [width, height] = [rows[0]!.length * scale, rows.length * scale];
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      if (rows[Math.floor(y / scale)]![Math.floor(x / scale)])
        data.fill(0, (y * width + x) * 4, (y * width + x) * 4 + 3);
  return decodeQR({ width, height, data });
}

describe("approvals as files", () => {
  it("two of three decide by file: each refusal has its sentence and code, and nothing is written over", async () => {
    const asked = await conclave("alice", "remove", "Mallory", "--yes");
    const id = String(asked.proposal);
    // What stands in the way of the file is found before anything is approved.
    writeFileSync(at("taken.txt"), "mine");
    for (const [file, code] of [
      ["taken.txt", "FILE_EXISTS"],
      ["no folder/yes.txt", "NOT_WRITTEN"],
    ] as const)
      expect(await conclave("bob", "approve", id, "--export", at(file))).toMatchObject({ code: 1, error: { code } });
    expect((await conclave("bob", "requests")).proposals).toMatchObject([{ id, approvedBy: [{ name: "Alice" }] }]);
    const exported = await conclave("bob", "approve", id.slice(0, 12), "--export", at("yes.txt"), "--qr");
    expect(exported).toMatchObject({ code: 0, kind: "approve", proposal: id, path: at("yes.txt"), done: true });
    expect(readFileSync(at("yes.txt"), "utf8")).toBe(`${exported.letter}\n`);
    expect(exported.letter).not.toContain(id.slice(0, 8).toUpperCase());
    // Bob's own home carries it out in that command: he was the second.
    expect((await conclave("carol", "members")).members).toHaveLength(3);
    expect(await conclave("carol", "approve", "--import", at("yes.txt"))).toMatchObject({
      code: 1,
      error: { code: "LETTER_VOID" },
    });

    writeFileSync(at("junk.txt"), "hello");
    writeFileSync(at("large.bin"), Buffer.alloc(10_000_000, 1));
    for (const [file, code] of [
      ["junk.txt", "BAD_LETTER"],
      ["large.bin", "LETTER_TOO_LARGE"],
    ] as const)
      expect(await conclave("carol", "approve", "--import", at(file))).toMatchObject({ code: 1, error: { code } });
    for (const args of [["--import", at("none.txt")], [], [id, "--import", at("yes.txt")]])
      expect(await conclave("carol", "approve", ...args)).toMatchObject({ code: 2, error: { code: "USAGE" } });
  }, 240_000);

  it("counts several files at once, and says which were of no use; the last approval carries it out", async () => {
    await conclave("alice", "policy", "set", "everyone", "--yes");
    await conclave("bob", "sync");
    const [first] = (await conclave("bob", "requests")).proposals;
    await conclave("bob", "approve", first.id);
    const asked = await conclave("alice", "policy", "set", "open", "--yes");
    expect(asked).toMatchObject({ code: 7, needed: 3 });
    const { proposal } = asked;
    const [alices, bobs] = [at("alice.txt"), at("bob.txt")];
    expect(await conclave("alice", "approve", proposal, "--export", alices)).toMatchObject({ code: 7, isSent: true });
    expect(await conclave("alice", "approve", proposal, "--export", alices)).toMatchObject({
      ...{ code: 1, error: { code: "FILE_EXISTS" } },
    });
    await conclave("bob", "sync");
    await relay.stop();
    // Bob approves while the relay is away.
    expect(await conclave("bob", "approve", proposal, "--export", bobs)).toMatchObject({ isSent: false, approved: 2 });
    ({ relay } = await startRelay(at("relay"), Number(new URL(address).port)));
    writeFileSync(at("junk.txt"), "hello");
    await conclave("carol", "approve", proposal);
    // The relay has brought Alice's before; Bob's it does not have: it is the last one.
    const counted = await conclave("carol", "approve", "--import", alices, at("junk.txt"), bobs);
    expect(counted).toMatchObject({
      ...{ code: 1, done: true, imported: [{ file: bobs, by: { name: "Bob" }, proposal, done: true }] },
      refused: [
        { file: alices, code: "ALREADY_SO", message: "This approval is counted already." },
        { file: at("junk.txt"), code: "BAD_LETTER" },
      ],
    });
    expect(await conclave("alice", "policy", "show")).toMatchObject({ preset: "open" });
  }, 240_000);

  it("draws a code that cameras read, in 80 columns, on light and on dark terminals", async () => {
    await conclave("alice", "policy", "set", "admins:2", "--yes");
    const asked = await conclave("alice", "remove", "Carol", "--yes");
    const { letter } = await conclave("alice", "approve", asked.proposal, "--qr");
    const code = drawQrCode(letter, true)!;
    expect(code.columns).toBeLessThanOrEqual(80);
    expect(readCode(code.lines)).toBe(letter);
    const shown = await text("alice", "approve", asked.proposal, "--qr");
    expect(shown).toContain("your approval: remove Carol");
    expect(drawQrCode("x".repeat(5000), true)).toBeNull();
  }, 120_000);
});
