import { usageError } from "../cliError.js";

/** An option's value as a whole number from `least` to `most`. */
export function wholeNumber(option: string, given: string | boolean | undefined, most: number, least = 0): number {
  const text = String(given);
  if (!/^\d{1,9}$/u.test(text) || Number(text) > most || Number(text) < least)
    throw usageError(`${option} must be a whole number from ${least} to ${most}.`);
  return Number(text);
}
