const UNITS = ["kB", "MB", "GB", "TB"] as const;

/** A number of bytes for people: `512 bytes`, `1.2 MB`. */
export function fileSize(bytes: number): string {
  if (bytes < 1000) return bytes === 1 ? "1 byte" : `${String(bytes)} bytes`;
  let [size, unit] = [bytes / 1000, 0];
  while (size >= 999.5 && unit < UNITS.length - 1) [size, unit] = [size / 1000, unit + 1];
  return `${size < 9.95 ? size.toFixed(1) : size.toFixed(0)} ${UNITS[unit]!}`;
}
