import { usageError } from "../cliError.js";

/** An option's value as a whole number from 0 to `most`. */
export function wholeNumber(option: string, given: string | boolean | undefined, most: number): number {
  const text = String(given);
  if (!/^\d{1,9}$/u.test(text) || Number(text) > most)
    throw usageError(`${option} must be a whole number from 0 to ${most}.`);
  return Number(text);
}
