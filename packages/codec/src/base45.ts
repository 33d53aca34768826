const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const VALUES = new Map(Array.from(ALPHABET, (letter, value) => [letter, value]));

/** Base45 (RFC 9285): how bytes travel in QR codes. Two bytes become three letters, a last single one two. */
export function toBase45(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 2) {
    const isPair = i + 1 < bytes.length;
    let rest = isPair ? bytes[i]! * 256 + bytes[i + 1]! : bytes[i]!;
    for (let n = isPair ? 3 : 2; n > 0; n--) {
      text += ALPHABET[rest % 45] as string;
      rest = Math.floor(rest / 45);
    }
  }
  return text;
}

/** Bytes of a Base45 text, or null when it is not the encoding of any bytes. */
export function fromBase45(text: string): Uint8Array | null {
  if (text.length % 3 === 1) return null;
  const bytes = new Uint8Array(Math.floor((text.length * 2) / 3));
  let at = 0;
  for (let i = 0; i < text.length; i += 3) {
    const [a, b, c] = [0, 1, 2].map((n) => VALUES.get(text.charAt(i + n)));
    if (a === undefined || b === undefined) return null;
    const isPair = i + 2 < text.length;
    if (isPair && c === undefined) return null;
    const value = a + b * 45 + (c ?? 0) * 45 * 45;
    if (value > (isPair ? 0xffff : 0xff)) return null;
    if (isPair) bytes[at++] = value >> 8;
    bytes[at++] = value & 0xff;
  }
  return bytes;
}
