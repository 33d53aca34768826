const MOST = 64;

/** A name from a stranger as a screen shows it: no control, no invisible and no turning character, few marks on a letter, not long. */
export function plainName(name: string): string {
  const plain = name
    .normalize("NFC")
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ")
    .replace(/[\p{Cf}\p{Co}\p{Cn}\p{Cs}\u115f\u1160\u3164\uffa0]/gu, "")
    .replace(/(\p{M}{2})\p{M}+/gu, "$1")
    .trim();
  const letters = Array.from(plain);
  return letters.length > MOST ? `${letters.slice(0, MOST).join("")}…` : plain;
}
