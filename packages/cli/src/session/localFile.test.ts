import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { localName, openLocalFile, saveLocalFile } from "./localFile.js";

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
    await expect(openLocalFile(join(folder, "none"))).rejects.toMatchObject({ exit: 2 });
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
    expect(readFileSync(path, "utf8")).toBe("one two");
    await saveLocalFile(path, true, write("three"));
    expect(readFileSync(path, "utf8")).toBe("three");
    const other = join(folder, "other");
    const fails = saveLocalFile(other, false, async (take) => {
      await take(bytes("half"));
      throw new Error("corrupted");
    });
    await expect(fails).rejects.toThrow();
    expect([other, `${other}.part`].map((each) => existsSync(each))).toEqual([false, false]);
  });

  it("RULE cli.save-new: a stranger's name is only a name here", () => {
    const given = ["../../.bashrc", "a/b", "C:\\x", "-rf", "..", "\u202egpj.exe", "a\u001b[2Jb", "ok name.txt", "."];
    for (const name of given) {
      expect(localName(name)).toMatch(/^[^/\\:.~-][^/\\:]*$/u);
      expect(localName(name)).not.toMatch(/[\p{Cc}\u202a-\u202e]/u);
    }
    expect(localName("ok name.txt")).toBe("ok name.txt");
  });
});
