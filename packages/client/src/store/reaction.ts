import { equalBytes, utf8Bytes } from "@conclave/codec";
import type { PersonId } from "@conclave/protocol";

/** Whose one emoji is, in the order of the log. */
export interface ReactionRecord {
  readonly emoji: string;
  readonly people: readonly PersonId[];
}

const LONGEST = 16;
const MOST_OF_ONE = 8;
const MOST_DIFFERENT = 32;
const MOST_IN_ALL = 500;
const EMOJI_PARTS =
  /^(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|[0-9#*](?=\ufe0f?\u20e3)|[\u20e3\ufe0f\u200d]|[\u{e0020}-\u{e007f}])+$/u;
const INK = /\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3/u;
const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Whether a text can be a reaction: one emoji, of at most 16 bytes. */
export function isReaction(text: string): boolean {
  return (
    utf8Bytes(text).length <= LONGEST &&
    EMOJI_PARTS.test(text) &&
    INK.test(text) &&
    [...segmenter.segment(text)].length === 1
  );
}

/**
 * The reactions after a person has sent this one: it comes, or goes where it was already; null takes all of that person's
 * away. Null when it does not count. What counts is decided by what came before in the log, so that all see the same.
 *
 * RULE: conversation.reactions-bounded: nobody makes a message grow without end: 8 of one person, 32 different, 500 in all
 * are kept (attack A82).
 */
export function toggled(
  before: readonly ReactionRecord[],
  person: PersonId,
  emoji: string | null,
): readonly ReactionRecord[] | null {
  const has = ({ people }: ReactionRecord) => people.some((each) => equalBytes(each, person));
  const own = before.filter(has);
  const without = (taken: (reaction: ReactionRecord) => boolean) =>
    before
      .map((each) =>
        taken(each) ? { ...each, people: each.people.filter((other) => !equalBytes(other, person)) } : each,
      )
      .filter(({ people }) => people.length > 0);
  if (emoji === null) return own.length === 0 ? null : without(() => true);
  if (!isReaction(emoji)) return null;
  if (own.some((each) => each.emoji === emoji)) return without((each) => each.emoji === emoji);
  const all = before.reduce((sum, { people }) => sum + people.length, 0);
  if (own.length >= MOST_OF_ONE || all >= MOST_IN_ALL) return null;
  if (before.some((each) => each.emoji === emoji)) {
    return before.map((each) => (each.emoji === emoji ? { ...each, people: [...each.people, person] } : each));
  }
  return before.length >= MOST_DIFFERENT ? null : [...before, { emoji, people: [person] }];
}
