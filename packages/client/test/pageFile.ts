/** The file that a page sends in tests: made alike on both sides. */
export function pageFile(): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: 700_001 }, (_, at) => (at * 31 + (at >> 8)) & 255);
}
