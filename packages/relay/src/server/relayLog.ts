import { pino } from "pino";

/** Counts beside a line's text. */
type LogFields = Readonly<Record<string, number | Readonly<Record<string, number>>>>;

/** What the relay reports. No line holds an id, an address or anything of a room. */
export interface RelayLog {
  /** `fields`: the same as numbers, for `json`. */
  info(text: string, fields?: LogFields): void;
  warn(text: string, fields?: LogFields): void;
  fatal(text: string): void;
}

/**
 * `json`: JSON lines on standard output. `text`: what an operator should know, on standard error. `off`: nothing.
 *
 * RULE: relay.loud: what stops the relay, or stops it from writing, is reported in every form that reports anything.
 */
export function relayLog(form: "json" | "text" | "off"): RelayLog {
  if (form === "text") {
    const line = (level: string) => (text: string) => {
      process.stderr.write(`${new Date().toISOString()} ${level}: ${text}\n`);
    };
    return { info: () => undefined, warn: line("warning"), fatal: line("error") };
  }
  const log = pino({ enabled: form === "json", base: null });
  return {
    info: (text, fields) => {
      log.info(fields ?? {}, text);
    },
    warn: (text, fields) => {
      log.warn(fields ?? {}, text);
    },
    fatal: (text) => {
      log.fatal(text);
    },
  };
}

/** An error's sentence with those of its causes: `a COMMIT failed: disk I/O error`. */
export function reasonOf(error: unknown): string {
  const reasons: string[] = [];
  for (let at: unknown = error; at instanceof Error && reasons.length < 8; at = at.cause) {
    if (!reasons.includes(at.message)) reasons.push(at.message);
  }
  return reasons.join(": ") || "for an unknown reason";
}
