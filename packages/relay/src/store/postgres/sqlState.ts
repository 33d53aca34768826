/**
 * Classes of SQLSTATE that say how PostgreSQL is, and nothing of what it was asked: no connection (08), a standby or an ended transaction
 * (25), one that was rolled back for others (40), no resources (53), a lock that was not had (55), an operator's or a timeout's word (57),
 * a failing disk (58). And of what a connection had prepared: it no longer fits the tables (0A), or is not known there (26): on a new
 * connection it is prepared again.
 *
 * Anything else is said of the statement or its values (22, 23, 42, 54, XX and whatever is not listed), and would be said again. To wait
 * for that would have everybody wait for one row that is damaged, or for one table that was changed.
 */
const PASSING: ReadonlySet<string> = new Set(["08", "0A", "25", "26", "40", "53", "55", "57", "58"]);
/** A name that this connection has prepared already: as 26. */
const PREPARED_ALREADY = "42P05";

/** What is refused in a transaction that may only read: by a standby, or where that is set. */
export const READ_ONLY = "25006";

/** What is said of each statement behind one that failed, until the transaction ends. */
export const BEHIND_FAILED = "25P02";

/** The SQLSTATE of an error of PostgreSQL's; null for any other error. */
export function sqlStateOf(error: unknown): string | null {
  const code: unknown = error instanceof Error && "severity" in error && "code" in error ? error.code : null;
  return typeof code === "string" && /^[0-9A-Z]{5}$/u.test(code) ? code : null;
}

/** Whether the same statement may work later, by the SQLSTATE that it failed with. */
export function isPassing(sqlState: string): boolean {
  return PASSING.has(sqlState.slice(0, 2)) || sqlState === PREPARED_ALREADY;
}
