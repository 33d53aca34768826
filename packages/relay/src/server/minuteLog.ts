import type { RelayLog } from "./relayLog.js";

type Metrics = Readonly<Record<string, number>>;
type Causes = Readonly<Record<string, number>>;

/** With fewer refusals in a minute than this, nothing is wrong: clients lose races, and people mistype links. */
const QUIET = 10;

/**
 * One line a minute about who was refused, who was not let in and who left, each by its cause: what counters grew by. However much
 * happens, the line is as long as there are causes, and it names no address, room or person.
 *
 * RULE: relay.log-bounded: nobody fills the operator's disk, or hides something else in the log, by being refused often (attack A161).
 */
export class MinuteLog {
  private before: Metrics;

  /** `addresses`: from how many addresses those came in this minute who were refused. */
  constructor(
    private readonly metrics: () => Metrics,
    private readonly addresses: () => number,
    private readonly log: RelayLog,
  ) {
    this.before = metrics();
  }

  /** Call it every minute. */
  tick(): void {
    const [before, now] = [this.before, this.metrics()];
    this.before = now;
    const grown = (name: string): Causes => growth(name, before, now);
    const [refused, notLetIn] = [grown("refusals_total"), grown("connections_refused_total")];
    const closed = grown("connections_closed_total");
    const parts = [
      part(refused, "request was refused", "requests were refused"),
      part(notLetIn, "connection was not let in", "connections were not let in"),
      part(closed, "connection ended", "connections ended"),
    ].filter((each) => each !== null);
    if (parts.length === 0) return;
    const addresses = this.addresses();
    const fields = { refused, notLetIn, closed, addresses };
    const text = `in the last minute ${parts.join("; ")}`;
    if (sum(refused) + sum(notLetIn) < QUIET) this.log.info(text, fields);
    else
      this.log.warn(
        `${text}. The refusals came from ${addresses} address${addresses === 1 ? "" : "es"}: "conclave relay addresses" lists them`,
        fields,
      );
  }
}

function growth(name: string, before: Metrics, now: Metrics): Causes {
  const found = Object.entries(now).flatMap(([each, count]) => {
    const cause = each.startsWith(`${name}{cause="`) ? each.slice(name.length + 8, -2) : null;
    const more = count - (before[each] ?? 0);
    return cause === null || more <= 0 ? [] : [[cause, more] as const];
  });
  return Object.fromEntries(found.sort(([, a], [, b]) => b - a));
}

function part(causes: Causes, one: string, many: string): string | null {
  const all = sum(causes);
  if (all === 0) return null;
  const each = Object.entries(causes).map(([cause, count]) => `${cause} ${count}`);
  return `${all} ${all === 1 ? one : many} (${each.join(", ")})`;
}

function sum(causes: Causes): number {
  return Object.values(causes).reduce((total, count) => total + count, 0);
}
