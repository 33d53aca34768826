import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openLocalFile, saveLocalFile } from "./localFile.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "conclave-local-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});
const bytes = (text: string) => new TextEncoder().encode(text);

describe("files on this machine", () => {
  it("are read a piece at a time", async () => {
    const path = join(folder, "Beds.PNG");
    writeFileSync(path, "0123456789");
    const { file, close } = await openLocalFile(path);
    expect(file).toMatchObject({ name: "Beds.PNG", mediaType: "image/png", size: 10 });
    expect(await file.read(3, 4)).toEqual(bytes("3456"));
    expect(await file.read(8, 4)).toEqual(bytes("89"));
    await close();
    await expect(openLocalFile(join(folder, "none"))).rejects.toMatchObject({
      exit: 2,
      message: `${join(folder, "none")} cannot be read: there is no such file.`,
    });
    await expect(openLocalFile(folder)).rejects.toMatchObject({ exit: 2 });
  });

  it("RULE cli.save-new: are saved whole or not at all, and never over another one unless forced", async () => {
    const path = join(folder, "beds.txt");
    const write =
      (...pieces: string[]) =>
      (take: (piece: Uint8Array) => Promise<void>) =>
        pieces.reduce((before, piece) => before.then(() => take(bytes(piece))), Promise.resolve());
    await saveLocalFile(path, false, write("one ", "two"));
    expect(readFileSync(path, "utf8")).toBe("one two");
    await expect(saveLocalFile(path, false, write("x"))).rejects.toMatchObject({ code: "FILE_EXISTS" });
    const nowhere = join(folder, "none", "beds.txt");
    await expect(saveLocalFile(nowhere, false, write("x"))).rejects.toMatchObject({
      code: "NOT_WRITTEN",
      message: `${nowhere} cannot be written: there is no such folder to put it in.`,
    });
    expect(readFileSync(path, "utf8")).toBe("one two");
    await saveLocalFile(path, true, write("three"));
    expect(readFileSync(path, "utf8")).toBe("three");
    const other = join(folder, "other");
    const fails = saveLocalFile(other, false, async (take) => {
      await take(bytes("half"));
      throw new Error("corrupted");
    });
    await expect(fails).rejects.toThrow();
    expect(readdirSync(folder)).toEqual(["beds.txt"]);
  });

  it("RULE cli.save-new: replaces nothing beside it, follows no link, and leaves nothing of its own", async () => {
    const path = join(folder, "thesis");
    const own = join(folder, "thesis.part");
    writeFileSync(own, "my own part");
    const victim = join(folder, "victim.txt");
    writeFileSync(victim, "victim");
    const write = (take: (piece: Uint8Array) => Promise<void>) => take(bytes("from a stranger"));
    await saveLocalFile(path, false, write);
    const pointing = join(folder, "pointing");
    symlinkSync(victim, pointing);
    const nowhere = join(folder, "nowhere");
    symlinkSync(join(folder, "not there"), nowhere);
    for (const each of [pointing, nowhere])
      await expect(saveLocalFile(each, false, write)).rejects.toMatchObject({ code: "FILE_EXISTS" });
    // What comes there while it is fetched stays too.
    const late = join(folder, "late");
    const slow = saveLocalFile(late, false, async (take) => {
      await write(take);
      symlinkSync(victim, late);
    });
    await expect(slow).rejects.toMatchObject({ code: "FILE_EXISTS" });
    await saveLocalFile(pointing, true, write);
    await expect(saveLocalFile(folder, true, write)).rejects.toMatchObject({ code: "NOT_WRITTEN" });
    expect([own, victim, path, pointing].map((each) => readFileSync(each, "utf8"))).toEqual([
      "my own part",
      "victim",
      "from a stranger",
      "from a stranger",
    ]);
    expect(readdirSync(folder).sort()).toEqual(["late", "nowhere", "pointing", "thesis", "thesis.part", "victim.txt"]);
  });
});
