import { isRecoveryWord } from "@conclave/client/pure";
import { t } from "./words.js";

/** How many words a person has. */
export const WORDS = 24;

/** Which of the words are asked for after somebody wrote them down: two, in their order, others each time. */
export function placesToAsk(random: () => number = Math.random): readonly [number, number] {
  const first = Math.floor(random() * WORDS);
  // Any but the first.
  const second = (first + 1 + Math.floor(random() * (WORDS - 1))) % WORDS;
  return first < second ? [first + 1, second + 1] : [second + 1, first + 1];
}

/** The words in a text: numbers, commas and dots of a written list do not count. */
export function wordsIn(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter((word) => word !== "");
}

/** What is wrong with the words so far, in a sentence; null when they may be all right. `isDone`: no more will come. */
export function phraseFault(words: readonly string[], isDone: boolean): string | null {
  // The last word may be half typed.
  const whole = isDone ? words : words.slice(0, -1);
  const wrong = whole.findIndex((word) => !isRecoveryWord(word));
  if (wrong >= 0) return t.unknownWord({ word: whole[wrong]!, place: wrong + 1 });
  if (words.length > WORDS) return t.tooMany;
  return isDone && words.length < WORDS ? t.tooFew({ n: WORDS - words.length }) : null;
}
