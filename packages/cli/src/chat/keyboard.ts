import type { Key } from "ink";
import {
  backspace,
  deleteForward,
  deleteToStart,
  deleteWord,
  insert,
  move,
  moveLine,
  moveToEdge,
  moveWord,
  type ComposerState,
} from "./composer.js";

/** What a key means: an edit, or something that the screen does. */
export type KeyMeaning =
  | { readonly kind: "edit"; readonly composer: ComposerState }
  | { readonly kind: "send"; readonly composer: ComposerState }
  | {
      readonly kind:
        | "complete"
        | "quit"
        | "suspend"
        | "pageUp"
        | "pageDown"
        | "recallOlder"
        | "recallNewer"
        | "pasteBegins"
        | "pasteEnds"
        | "nothing";
    };

const NOTHING: KeyMeaning = { kind: "nothing" };

/**
 * The meaning of one key press or of a piece of pasted text. Line feeds inside a paste never send anything.
 */
export function keyMeaning(composer: ComposerState, input: string, key: Key, isPasting: boolean): KeyMeaning {
  if (input === "[200~") return { kind: "pasteBegins" };
  if (input === "[201~") return { kind: "pasteEnds" };
  const edit = (next: ComposerState): KeyMeaning => ({ kind: "edit", composer: next });
  if (isPasting) return edit(insert(composer, key.return ? "\n" : key.tab ? "    " : input));
  if (key.return) return key.meta || key.shift ? edit(insert(composer, "\n")) : { kind: "send", composer };
  if (key.tab) return { kind: "complete" };
  if (key.pageUp) return { kind: "pageUp" };
  if (key.pageDown) return { kind: "pageDown" };
  if (key.upArrow) return lineOr(moveLine(composer, -1), "recallOlder");
  if (key.downArrow) return lineOr(moveLine(composer, 1), "recallNewer");
  if (key.leftArrow) return edit(key.ctrl || key.meta ? moveWord(composer, -1) : move(composer, -1));
  if (key.rightArrow) return edit(key.ctrl || key.meta ? moveWord(composer, 1) : move(composer, 1));
  if (key.home) return edit(moveToEdge(composer, -1));
  if (key.end) return edit(moveToEdge(composer, 1));
  // Terminals send DEL (0x7f) for the backspace key, which Ink names "delete".
  if (key.backspace || (key.delete && input === "")) return edit(key.meta ? deleteWord(composer) : backspace(composer));
  if (key.ctrl) return controlKey(composer, input);
  if (key.meta)
    return input === "b" ? edit(moveWord(composer, -1)) : input === "f" ? edit(moveWord(composer, 1)) : NOTHING;
  if (key.escape || input === "") return NOTHING;
  return edit(insert(composer, input));
}

/** One press, or a run of letters. */
export interface Press {
  readonly input: string;
  readonly key: Key;
}

/**
 * What was typed fast, or by a script, arrives in one piece: `hello` and Enter. Taken apart again, so that Tab and a last
 * Enter count. Line feeds in the middle mean that a terminal without bracketed paste was pasted into: nothing is sent.
 */
export function presses(input: string, key: Key): Press[] {
  if (input.length < 2 || !/[\t\r]/u.test(input) || /\r./su.test(input)) return [{ input, key }];
  const pieces = input.split(/([\t\r])/u).filter((piece) => piece !== "");
  return pieces.map((piece) => ({ input: piece, key: { ...key, tab: piece === "\t", return: piece === "\r" } }));
}

function controlKey(composer: ComposerState, letter: string): KeyMeaning {
  const edits: Readonly<Record<string, (composer: ComposerState) => ComposerState>> = {
    a: (current) => moveToEdge(current, -1),
    e: (current) => moveToEdge(current, 1),
    b: (current) => move(current, -1),
    f: (current) => move(current, 1),
    d: deleteForward,
    w: deleteWord,
    u: deleteToStart,
    k: ({ characters, cursor }) => ({
      characters: [...characters.slice(0, cursor), ...characters.slice(moveToEdge({ characters, cursor }, 1).cursor)],
      cursor,
    }),
  };
  if (letter === "c") return { kind: "quit" };
  if (letter === "z") return { kind: "suspend" };
  const change = edits[letter];
  return change === undefined ? NOTHING : { kind: "edit", composer: change(composer) };
}

function lineOr(moved: ComposerState | null, otherwise: "recallOlder" | "recallNewer"): KeyMeaning {
  return moved === null ? { kind: otherwise } : { kind: "edit", composer: moved };
}
