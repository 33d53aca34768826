import type { Key } from "ink";
import { describe, expect, it } from "vitest";
import { complete } from "../src/chat/completion.js";
import {
  composerLines,
  composerText,
  composerWith,
  EMPTY,
  insert,
  move,
  type ComposerState,
} from "../src/chat/composer.js";
import { keyMeaning, presses } from "../src/chat/keyboard.js";
import { isSlashCommand, runSlashCommand } from "../src/chat/runSlashCommand.js";
import { ALICE, BOB, CAROL, member, scriptedRoom } from "./scriptedRoom.js";

const KEY: Key = Object.fromEntries(
  "upArrow downArrow leftArrow rightArrow pageDown pageUp home end return escape ctrl shift tab backspace delete meta super hyper capsLock numLock"
    .split(" ")
    .map((name) => [name, false]),
) as unknown as Key;

function type(composer: ComposerState, input: string, key: Partial<Key> = {}, isPasting = false): ComposerState {
  const meaning = keyMeaning(composer, input, { ...KEY, ...key }, isPasting);
  if (meaning.kind !== "edit") throw new Error(`meant ${meaning.kind}`);
  return meaning.composer;
}

describe("composer", () => {
  it("edits by characters as the reader counts them", () => {
    let composer = insert(EMPTY, "a👩‍👩‍👧e");
    composer = insert(composer, "\u0301");
    expect(composer.characters).toHaveLength(3);
    composer = type(composer, "", { backspace: true });
    expect(composerText(type(composer, "", { delete: true }))).toBe("a");
  });

  it("moves by words, lines and edges", () => {
    const composer = composerWith("one two\nthree");
    expect(type(composer, "", { leftArrow: true, meta: true }).cursor).toBe(8);
    expect(type(composer, "", { upArrow: true }).cursor).toBe(5);
    expect(type(composer, "", { home: true }).cursor).toBe(8);
    expect(composerText(type(composer, "w", { ctrl: true }))).toBe("one two\n");
    expect(composerText(type(composer, "u", { ctrl: true }))).toBe("one two\n");
    expect(keyMeaning(move(composer, -13), "", { ...KEY, upArrow: true }, false).kind).toBe("recallOlder");
  });

  it("a paste with line feeds sends nothing, with and without bracketed paste", () => {
    expect(keyMeaning(EMPTY, "[200~", KEY, false).kind).toBe("pasteBegins");
    expect(composerText(type(EMPTY, "rm -rf\rsecond", {}, true))).toBe("rm -rf\nsecond");
    expect(composerText(type(composerWith("x"), "", { return: true }, true))).toBe("x\n");
    expect(presses("one\rtwo\r", KEY)).toHaveLength(1);
    expect(composerText(type(EMPTY, "one\rtwo\r"))).toBe("one\ntwo\n");
  });

  it("what was typed fast and ends with Enter is sent", () => {
    const [word, enter] = presses("hello\r", KEY);
    const composer = type(EMPTY, word!.input, word!.key);
    expect(keyMeaning(composer, enter!.input, enter!.key, false)).toEqual({
      kind: "send",
      composer: composerWith("hello"),
    });
  });

  it("finds the cursor in wrapped lines", () => {
    expect(composerLines(composerWith("abcd"), 4)).toEqual({ lines: ["abcd", ""], line: 1, column: 0 });
    expect(composerLines(move(composerWith("ab\ncd"), -3), 4)).toEqual({ lines: ["ab", "cd"], line: 0, column: 2 });
  });

  it("completes commands and names as far as they are clear", () => {
    const members = [member(ALICE, "owner"), member(BOB, "member"), member({ ...CAROL, name: "Bobby" }, "member")];
    expect(composerText(complete(composerWith("/rem"), members))).toBe("/remove ");
    expect(composerText(complete(composerWith("hi al"), members))).toBe("hi Alice ");
    expect(composerText(complete(composerWith("@b"), members))).toBe("@Bob");
  });
});

describe("slash commands", () => {
  const host = (answer: boolean) => {
    const said: string[] = [];
    return {
      isPerson: true,
      said,
      say: (text: string) => said.push(text),
      proofOf: () => null,
      ask: () => Promise.resolve(answer),
      toggleMembers: () => undefined,
      quit: () => said.push("quit"),
    };
  };

  it("/remove asks first, and takes no for an answer", async () => {
    const { room, removed } = scriptedRoom([member(ALICE, "owner"), member(BOB, "member")]);
    await runSlashCommand(room, "/remove bob", host(false));
    expect(removed).toEqual([]);
    await runSlashCommand(room, "/remove bob", host(true));
    expect(removed).toEqual(["Bob"]);
  });

  it("names that fit several people, or nobody, are refused with a hint", async () => {
    const { room } = scriptedRoom([
      member(ALICE, "owner"),
      member(BOB, "member"),
      member({ ...CAROL, name: "Bob" }, "member"),
    ]);
    await expect(runSlashCommand(room, "/remove Bob", host(true))).rejects.toMatchObject({
      code: "AMBIGUOUS",
      hint: expect.stringContaining("Bob#c4c4"),
    });
    await expect(runSlashCommand(room, "/remove Dave", host(true))).rejects.toMatchObject({ code: "NOT_FOUND" });
    await runSlashCommand(room, "/remove Bob#c4c4", host(false));
  });

  it("an unknown command is never sent as a message, and gets the nearest name", async () => {
    const { room } = scriptedRoom([member(ALICE, "owner")]);
    expect(["/x", "//x", "x", "/x\ny"].map(isSlashCommand)).toEqual([true, false, false, false]);
    await expect(runSlashCommand(room, "/membrs", host(true))).rejects.toMatchObject({
      hint: "Did you mean /members?",
    });
    await expect(runSlashCommand(room, "/constructor", host(true))).rejects.toMatchObject({ code: "UNKNOWN_COMMAND" });
  });
});
