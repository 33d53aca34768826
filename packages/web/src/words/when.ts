import { when } from "@conclave/words/when";
import { intl } from "./say.js";
import { words } from "./words.js";

const t = words(when);

// Points in time (ms since 1970) as people say them. `now` is passed in, so that a screen decides how often it looks at the clock.

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "3 minutes ago", "yesterday", "in 2 hours": for lines that are looked at now. Within 10 s it is "just now"; so is a minute ahead, by another clock. */
export function ago(time: number, now: number): string {
  const distance = time - now;
  const size = Math.abs(distance);
  const relative = intl("ago", (tag) => new Intl.RelativeTimeFormat(tag, { numeric: "auto" }));
  if (size < 10 * SECOND || (distance > 0 && distance < MINUTE)) return t.now;
  if (size < MINUTE) return relative.format(Math.trunc(distance / SECOND), "second");
  if (size < HOUR) return relative.format(Math.trunc(distance / MINUTE), "minute");
  if (size < DAY) return relative.format(Math.trunc(distance / HOUR), "hour");
  if (size < 30 * DAY) return relative.format(daysBetween(now, time), "day");
  return date(time);
}

/** The heading over a day's messages: "Today", "Yesterday", "Tuesday", "3 May" or "3 May 2024". */
export function dayHeading(time: number, now: number): string {
  const days = daysBetween(now, time);
  if (days === 0 || days === -1) {
    const relative = intl("ago", (tag) => new Intl.RelativeTimeFormat(tag, { numeric: "auto" }));
    return capital(relative.format(days, "day"));
  }
  if (days < 0 && days > -7) return capital(format("weekday", { weekday: "long" }, time));
  const isThisYear = new Date(time).getFullYear() === new Date(now).getFullYear();
  return isThisYear
    ? format("day", { weekday: "long", day: "numeric", month: "long" }, time)
    : format("year day", { day: "numeric", month: "long", year: "numeric" }, time);
}

/** The short time in a list of rooms: "14:05" today, "Tue" this week, "3 May" before. */
export function shortWhen(time: number, now: number): string {
  const days = daysBetween(now, time);
  if (days === 0) return clockTime(time);
  if (days < 0 && days > -7) return format("short weekday", { weekday: "short" }, time);
  const isThisYear = new Date(time).getFullYear() === new Date(now).getFullYear();
  return isThisYear
    ? format("short day", { day: "numeric", month: "short" }, time)
    : format("short year", { day: "numeric", month: "short", year: "2-digit" }, time);
}

/** "14:05". */
export function clockTime(time: number): string {
  return format("clock", { hour: "2-digit", minute: "2-digit" }, time);
}

/** "3 May 2026". */
export function date(time: number): string {
  return format("date", { day: "numeric", month: "long", year: "numeric" }, time);
}

/** "Sunday, 3 May 2026 at 14:05:09": in full, for a tooltip or a proof. */
export function fullTime(time: number): string {
  return format("full", { dateStyle: "full", timeStyle: "medium" }, time);
}

/** Whether both are on the same day by this machine's calendar. */
export function isSameDay(a: number, b: number): boolean {
  return daysBetween(a, b) === 0;
}

// Days by the calendar, not by 24 hours; noon, so that the hour of summer time does not count.
function daysBetween(from: number, to: number): number {
  return Math.round((noon(to) - noon(from)) / DAY);
}

function noon(time: number): number {
  return new Date(time).setHours(12, 0, 0, 0);
}

function format(kind: string, options: Intl.DateTimeFormatOptions, time: number): string {
  return intl(kind, (tag) => new Intl.DateTimeFormat(tag, options)).format(time);
}

function capital(text: string): string {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}
