import type { PostgresConnection } from "./postgresConnection.js";

/**
 * The time that all relays of a database put on records and under receipts: the database's clock, except that it never goes back.
 *
 * RULE: receipt.one-clock: two relays whose clocks differ would sign a later time for a shorter log, which is proof of a rollback
 * against an honest operator. So the time is the database's, read while the room is locked (attack A17).
 */
export class RelayClock {
  /** The database's clock when this relay last read it. */
  private last = 0;

  /** `apart`: does something in a transaction of its own, which is durable when it resolves. */
  constructor(private readonly apart: (work: (connection: PostgresConnection) => Promise<unknown>) => Promise<void>) {}

  /** Reads the time: under the locks of what is signed. */
  async read(connection: PostgresConnection): Promise<{ time: number; signedUntil: number; restorations: number }> {
    const first = await this.look(connection);
    const isSame = first.began === first.serverBegan && first.clock >= this.last;
    if (!isSame) {
      // Another server, or one whose clock was set back: it may be behind what was signed. From now on nothing less than what was
      // reserved is signed, by no relay.
      const text = "UPDATE relay SET floor = greatest(floor, signed_until), server_began = $1";
      await this.apart((other) => other.rows(text, [first.began]));
    }
    this.last = first.clock;
    const { clock, floor, signedUntil, restorations } = isSame ? first : await this.look(connection);
    return { time: Math.max(clock, floor), signedUntil, restorations };
  }

  /** Reserves time ahead: durable with the unit, before anything with that time leaves the relay. */
  async reserve(connection: PostgresConnection, until: number): Promise<void> {
    await connection.rows("UPDATE relay SET signed_until = greatest(signed_until, $1)", [until]);
  }

  private async look(connection: PostgresConnection) {
    const [row] = await connection.rows(
      `SELECT signed_until, floor, restorations, server_began,
         (extract(epoch FROM pg_postmaster_start_time()) * 1000)::bigint AS began,
         (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS clock FROM relay`,
    );
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
