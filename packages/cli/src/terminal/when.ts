const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const two = (value: number) => String(value).padStart(2, "0");

/** `14:05`, in the reader's time zone. */
export function clockTime(time: number): string {
  const date = new Date(time);
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** `24 Nov 2026`, in the reader's time zone. */
export function calendarDay(time: number): string {
  const date = new Date(time);
  return `${date.getDate()} ${MONTHS[date.getMonth()]!} ${date.getFullYear()}`;
}

/** `24 Nov 2026 14:05`, in the reader's time zone. */
export function dayAndTime(time: number): string {
  return `${calendarDay(time)} ${clockTime(time)}`;
}

/** `just now`, `40 s ago`, `3 min ago`, `5 h ago`, `2 days ago`. */
export function ago(time: number, now: number): string {
  const passed = now - time;
  if (passed < 2 * SECOND) return "just now";
  if (passed < MINUTE) return `${Math.floor(passed / SECOND)} s ago`;
  if (passed < HOUR) return `${Math.floor(passed / MINUTE)} min ago`;
  if (passed < DAY) return `${Math.floor(passed / HOUR)} h ago`;
  const days = Math.floor(passed / DAY);
  return days === 1 ? "yesterday" : `${days} days ago`;
}

const UNITS: Readonly<Record<string, number>> = { m: MINUTE, h: HOUR, d: DAY, w: 7 * DAY };

/** Milliseconds of `30m`, `12h`, `7d` or `2w`; null when the text is none of these. */
export function parseDuration(text: string): number | null {
  const match = /^(\d{1,5})([mhdw])$/u.exec(text.trim());
  if (!match) return null;
  const milliseconds = Number(match[1]) * UNITS[match[2]!]!;
  return milliseconds > 0 ? milliseconds : null;
}
