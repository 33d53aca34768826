import { displayWidth, graphemes } from "../terminal/displayWidth.js";
import { safeText } from "../terminal/safeText.js";

/** What is being typed: characters as the reader counts them, and where the cursor stands among them. */
export interface ComposerState {
  readonly characters: readonly string[];
  readonly cursor: number;
}

export const EMPTY: ComposerState = { characters: [], cursor: 0 };

export function composerText({ characters }: ComposerState): string {
  return characters.join("");
}

export function composerWith(text: string): ComposerState {
  const characters = graphemes(text);
  return { characters, cursor: characters.length };
}

/** Text typed or pasted, at the cursor. Pasted control characters do not arrive. */
export function insert({ characters, cursor }: ComposerState, text: string): ComposerState {
  // Split again, so that a combining mark or the second half of an emoji becomes one with what stands before it.
  const before = graphemes(characters.slice(0, cursor).join("") + safeText(text));
  return { characters: [...before, ...characters.slice(cursor)], cursor: before.length };
}

export function backspace({ characters, cursor }: ComposerState): ComposerState {
  if (cursor === 0) return { characters, cursor };
  return { characters: [...characters.slice(0, cursor - 1), ...characters.slice(cursor)], cursor: cursor - 1 };
}

export function deleteForward({ characters, cursor }: ComposerState): ComposerState {
  return { characters: [...characters.slice(0, cursor), ...characters.slice(cursor + 1)], cursor };
}

/** Deletes back to the beginning of the word. */
export function deleteWord(composer: ComposerState): ComposerState {
  const { cursor } = moveWord(composer, -1);
  return {
    characters: [...composer.characters.slice(0, cursor), ...composer.characters.slice(composer.cursor)],
    cursor,
  };
}

/** Deletes back to the beginning of the line. */
export function deleteToStart(composer: ComposerState): ComposerState {
  const { cursor } = moveToEdge(composer, -1);
  return {
    characters: [...composer.characters.slice(0, cursor), ...composer.characters.slice(composer.cursor)],
    cursor,
  };
}

export function move({ characters, cursor }: ComposerState, by: number): ComposerState {
  return { characters, cursor: Math.min(characters.length, Math.max(0, cursor + by)) };
}

/** To the next border between a space and a word. */
export function moveWord({ characters, cursor }: ComposerState, direction: 1 | -1): ComposerState {
  const at = (index: number) => characters[direction === 1 ? index : index - 1];
  let next = cursor;
  while (at(next) !== undefined && /\s/u.test(at(next)!)) next += direction;
  while (at(next) !== undefined && !/\s/u.test(at(next)!)) next += direction;
  return { characters, cursor: next };
}

/** To the beginning or end of the line of text. */
export function moveToEdge({ characters, cursor }: ComposerState, direction: 1 | -1): ComposerState {
  const at = (index: number) => characters[direction === 1 ? index : index - 1];
  let next = cursor;
  while (at(next) !== undefined && at(next) !== "\n") next += direction;
  return { characters, cursor: next };
}

/** To the line of text above or below; null when there is none. */
export function moveLine(composer: ComposerState, direction: 1 | -1): ComposerState | null {
  const { characters, cursor } = composer;
  const column = cursor - moveToEdge(composer, -1).cursor;
  const edge = moveToEdge(composer, direction).cursor;
  if (characters[direction === 1 ? edge : edge - 1] !== "\n") return null;
  const start = moveToEdge({ characters, cursor: edge + direction }, -1).cursor;
  const end = moveToEdge({ characters, cursor: edge + direction }, 1).cursor;
  return { characters, cursor: Math.min(end, start + column) };
}

/** The text broken into lines of at most `columns`, and the line and column where the cursor stands. */
export function composerLines(
  { characters, cursor }: ComposerState,
  columns: number,
): { lines: string[]; line: number; column: number } {
  const lines = [""];
  let width = 0;
  let place = { line: 0, column: 0 };
  const note = (index: number) => {
    if (index === cursor) place = { line: lines.length - 1, column: width };
  };
  characters.forEach((character, index) => {
    const next = character === "\n" ? 0 : displayWidth(character);
    if (character !== "\n" && width + next > columns) {
      lines.push("");
      width = 0;
    }
    note(index);
    if (character === "\n") {
      lines.push("");
      width = 0;
      return;
    }
    lines[lines.length - 1]! += character;
    width += next;
  });
  if (cursor === characters.length && width >= columns) {
    lines.push("");
    width = 0;
  }
  note(characters.length);
  return { lines, ...place };
}
