const PLAIN = /^[\p{L}\p{N}_@%+=:,./-]+$/u;

/** A word as a shell takes it for one word and nothing else: in quotes where it has to be. `platform` as in `process.platform`. */
export function shellWord(word: string, platform: NodeJS.Platform = process.platform): string {
  if (PLAIN.test(word)) return word;
  if (platform === "win32") return `"${word.replaceAll('"', '""')}"`;
  // What would move the cursor is written as its number, which bash, zsh and ksh understand.
  if (/\p{Cc}/u.test(word)) {
    const escaped = word.replace(/[\\']/gu, "\\$&").replace(/\p{Cc}/gu, (control) => {
      return `\\${control.codePointAt(0)!.toString(8).padStart(3, "0")}`;
    });
    return `$'${escaped}'`;
  }
  return `'${word.replaceAll("'", "'\\''")}'`;
}
