import { plainText } from "./plainText.js";

/** Most bytes of a name on the file systems that people have. */
const LONGEST_BYTES = 255;
/** Most bytes of an ending such as `.tar`: what is longer is a part of the name. */
const LONGEST_ENDING_BYTES = 32;
/** What Windows keeps for devices, whatever ending follows. */
const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?=\.|$)/iu;

const encoder = new TextEncoder();

/**
 * The name under which a file from somebody else is stored: its own name, whole, without what a file system or shell reads as
 * more than a name, on any system. At most 255 bytes of UTF-8, where the ending stays; never empty.
 *
 * RULE: view.file-name: a stranger's name is only a name: no folder, no device, no option, nothing hidden, nothing turned
 * around; and it is not cut where only a screen needs it shorter (attacks A78, A81).
 */
export function storedFileName(name: string): string {
  const plain = plainText(name.slice(0, 4096))
    .replace(/\s+/gu, " ")
    .replace(/[/\\:*?"<>|]/gu, "_")
    .replace(/^[\s.~-]+/u, "")
    .replace(/[\s.]+$/u, "");
  if (plain === "") return "file";
  return within(DEVICE.test(plain) ? `_${plain}` : plain);
}

function within(name: string): string {
  if (bytesOf(name) <= LONGEST_BYTES) return name;
  const dot = name.lastIndexOf(".");
  const ending = dot > 0 && bytesOf(name.slice(dot)) <= LONGEST_ENDING_BYTES ? name.slice(dot) : "";
  let stem = "";
  let left = LONGEST_BYTES - bytesOf(ending);
  for (const character of name.slice(0, name.length - ending.length)) {
    left -= bytesOf(character);
    if (left < 0) break;
    stem += character;
  }
  return `${stem.replace(/[\s.]+$/u, "")}${ending}`;
}

function bytesOf(text: string): number {
  return encoder.encode(text).length;
}
