const HOUR_MS = 3600_000;

/** "14 minutes", "5 hours", "30 days": a length of time, in the largest unit that says enough. */
export function spanOf(language: string, milliseconds: number): string {
  const hours = milliseconds / HOUR_MS;
  const [value, unit]: readonly [number, string] =
    hours < 2 ? [milliseconds / 60_000, "minute"] : hours < 48 ? [hours, "hour"] : [hours / 24, "day"];
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(Math.round(value));
}
