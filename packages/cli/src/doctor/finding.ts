import type { FindingDocument } from "../documents/doctorDocument.js";

/** A finding about something. */
export type Finding = FindingDocument;

export function good(check: string, text: string): Finding {
  return { check, state: "good", text, todo: null };
}

export function bad(check: string, text: string, todo: string): Finding {
  return { check, state: "bad", text, todo };
}

/** What cannot be looked at, with why. It is neither good nor bad. */
export function unseen(check: string, text: string, todo: string | null = null): Finding {
  return { check, state: "unseen", text, todo };
}

/** `3 days`, `5 h`, `20 min`, `7 s`: how long something takes, rounded down. */
export function span(ms: number): string {
  const seconds = Math.floor(Math.abs(ms) / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} days`;
}
