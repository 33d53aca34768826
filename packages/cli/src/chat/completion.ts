import type { RoomMember } from "@conclave/client";
import { safeName } from "../terminal/safeText.js";
import { graphemes } from "../terminal/displayWidth.js";
import { composerText, insert, type ComposerState } from "./composer.js";
import { SLASH_COMMANDS } from "./slashCommands.js";

/** Completes the command or the name before the cursor, as far as it is clear. */
export function complete(composer: ComposerState, members: readonly RoomMember[]): ComposerState {
  const before = composerText({ ...composer, characters: composer.characters.slice(0, composer.cursor) });
  const word = /(?:^|\s)@?(\S+)$/u.exec(before)?.[1];
  if (word === undefined) return composer;
  const isCommand = word.startsWith("/") && before === word;
  const candidates = isCommand
    ? Object.keys(SLASH_COMMANDS).map((name) => `/${name}`)
    : members.map(({ name }) => safeName(name));
  const matching = candidates.filter((candidate) => candidate.toLowerCase().startsWith(word.toLowerCase()));
  if (matching.length === 0) return composer;
  const completed = commonStart(matching) + (matching.length === 1 ? " " : "");
  const start = composer.cursor - graphemes(word).length;
  const without = [...composer.characters.slice(0, start), ...composer.characters.slice(composer.cursor)];
  return insert({ characters: without, cursor: start }, completed);
}

function commonStart([first = "", ...others]: readonly string[]): string {
  let length = first.length;
  for (const other of others) {
    let same = 0;
    while (same < length && other[same]?.toLowerCase() === first[same]?.toLowerCase()) same++;
    length = same;
  }
  return first.slice(0, length);
}
