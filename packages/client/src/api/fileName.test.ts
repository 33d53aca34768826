import { describe, expect, it } from "vitest";
import { storedFileName } from "./fileName.js";

const bytes = (text: string) => new TextEncoder().encode(text).length;

describe("the name under which a file is stored", () => {
  it("is its own, whole, also where a screen shows less of it", () => {
    for (const name of [
      "Protokoll der Mitgliederversammlung vom 12. Mai 2026.pdf",
      "ok name.txt",
      "Grüße (2).jpg",
      `${"a".repeat(251)}.pdf`,
      "写真.png",
    ]) {
      expect(storedFileName(name)).toBe(name);
    }
  });

  it("has at most 255 bytes, and keeps its ending", () => {
    const long = storedFileName(`${"ä".repeat(300)}.pdf`);
    expect(long).toMatch(/^ä+\.pdf$/u);
    expect(bytes(long)).toBe(254);
    expect(bytes(storedFileName("\u{1f600}".repeat(100)))).toBe(252);
    expect(storedFileName(`${"a".repeat(100)}.${"b".repeat(200)}`)).toBe(`${"a".repeat(100)}.${"b".repeat(154)}`);
  });

  it("A78, A81, A87: RULE view.file-name and RULE web.file-download: is only a name on every system", () => {
    const given = [
      "../../.bashrc",
      "a/b",
      "C:\\x",
      "-rf",
      "..",
      "\u202egpj.exe",
      "a\u001b[2Jb",
      ".",
      "~root",
      ".htaccess",
    ];
    for (const name of given) {
      expect(storedFileName(name)).toMatch(/^[^/\\:.~-][^/\\:]*$/u);
      expect(storedFileName(name)).not.toMatch(/[\p{Cc}\u202a-\u202e]/u);
    }
    for (const name of ["", "\u200b\u200b", " . "]) expect(storedFileName(name)).toBe("file");
    for (const name of ["CON", "nul.txt", "Com1.tar.gz", "LPT¹", "aux."]) expect(storedFileName(name)).toMatch(/^_/u);
    for (const name of ["Conrad", "console.log", "nullable.txt", "com10"]) expect(storedFileName(name)).toBe(name);
    expect(storedFileName("end. ")).toBe("end");
  });
});
