import { RESERVED } from "../../ledger/relayTime.js";
import { StoreAway } from "../sharedStore.js";
import { type PostgresStatement, statement } from "./driver.js";
import type { PostgresConnection } from "./postgresConnection.js";

/** By how much of itself a clock that is corrected without being set runs slower. */
const FASTEST = 0.001;
/** A step back that is not seen. Two relays would have to sign in one room within that. */
const SLACK_MS = 20;

/**
 * The time that all relays of a database put on records and under receipts: the database's clock, except that it never goes back.
 *
 * RULE: receipt.one-clock: two relays whose clocks differ would sign a later time for a shorter log, which is proof of a rollback
 * against an honest operator. So the time is the database's, read while the room is locked (attack A17).
 */
export class RelayClock {
  /** The database's clock when this relay last read it, and when that was by the relay's own, which is never set. */
  private last: { readonly clock: number; readonly at: number } | null = null;

  /** `apart`: does something in a transaction of its own, which is durable when it resolves. */
  constructor(
    private readonly apart: (work: (connection: PostgresConnection) => Promise<unknown>) => Promise<void>,
    private readonly steady: () => number = () => performance.now(),
  ) {}

  /** Reads the time: under the locks of what is signed. */
  async read(connection: PostgresConnection): Promise<{ time: number; signedUntil: number; restorations: number }> {
    let asked = this.steady();
    let first = await this.look(connection);
    // It was asked for behind other statements, and those may have waited: what the clock did meanwhile would not be seen.
    if (this.steady() - asked > SLACK_MS) {
      asked = this.steady();
      first = await this.look(connection);
    }
    const isSame = first.began === first.serverBegan && this.isAhead(first.clock, asked) && !isBehind(first);
    if (!isSame) {
      // Another server, or one whose clock was set back, or perhaps was before this relay saw it: it may be behind what was signed. From
      // now on nothing less than the last reserved moment is signed, by no relay. No new one is reserved by that: relays that are
      // started again and again do not push the time ahead.
      const text = "UPDATE relay SET floor = greatest(floor, signed_until - 1), server_began = $1";
      await this.apart((other) => other.rows(text, [first.began]));
    }
    this.last = { clock: first.clock, at: this.steady() };
    const { clock, floor, signedUntil, restorations } = isSame ? first : await this.look(connection);
    return { time: Math.max(clock, floor), signedUntil, restorations };
  }

  /** Whether a clock that was asked for then has gone on since the last look, for as long as that was ago by the relay's own. */
  private isAhead(clock: number, asked: number): boolean {
    if (this.last === null) return false;
    const passed = asked - this.last.at;
    return clock >= this.last.clock + passed * (1 - FASTEST) - SLACK_MS;
  }

  /** What reserves time ahead: durable with the unit, before anything with that time leaves the relay. */
  reserve(until: number): PostgresStatement {
    return statement("UPDATE relay SET signed_until = greatest(signed_until, $1)", [until]);
  }

  private async look(connection: PostgresConnection) {
    const [row] = await connection.rows(
      `SELECT signed_until, floor, restorations, server_began,
         (extract(epoch FROM pg_postmaster_start_time()) * 1000)::bigint AS began,
         (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS clock,
         current_setting('transaction_read_only') = 'on' AS read_only FROM relay`,
    );
    // RULE: shared.read-only-is-away: a standby answers those who only read with what may be behind what was signed (attack A17).
    if (row!["read_only"] === true) throw new StoreAway("PostgreSQL takes no writes", {}, true);
    return {
      clock: row!["clock"] as number,
      floor: row!["floor"] as number,
      began: row!["began"] as number,
      signedUntil: row!["signed_until"] as number,
      serverBegan: row!["server_began"] as number,
      restorations: row!["restorations"] as number,
    };
  }
}

/** Whether somebody has read a later time than the clock's: it was signed when what is reserved was. */
function isBehind({ clock, signedUntil, floor }: { clock: number; signedUntil: number; floor: number }): boolean {
  return clock < signedUntil - RESERVED && floor < signedUntil - 1;
}
