import type { SocketConnection } from "./socketConnection.js";

/** A connection as far as what waits for it matters. */
type BehindConnection = Pick<SocketConnection, "address" | "backlog" | "waits" | "adjust" | "cutOff">;

/** What waits for all clients together, held to a number of bytes. */
export class Backlog {
  /** Connections for which something may be waiting: only these are checked often. */
  private readonly behind = new Set<BehindConnection>();

  constructor(
    private readonly mostBytes: number,
    private readonly onCutOff: () => void,
  ) {}

  /** Something may be waiting for it from now on. */
  watch(connection: BehindConnection): void {
    this.behind.add(connection);
  }

  /** It is gone. */
  forget(connection: BehindConnection): void {
    this.behind.delete(connection);
  }

  /** Call it often: it lets connections read on, and cuts off the slowest if too much waits. */
  check(): void {
    let total = 0;
    for (const connection of this.behind) {
      if (connection.waits) connection.adjust();
      if (!connection.waits && connection.backlog === 0) this.behind.delete(connection);
      total += connection.backlog;
    }
    if (total <= this.mostBytes) return;
    // RULE: relay.backlog-bounded: many connections that read nothing do not fill the memory together either: the address for which
    // most waits pays first (attack A83).
    const ofAddress = new Map<string, number>();
    const sumOf = ({ address }: BehindConnection) => ofAddress.get(address) ?? 0;
    for (const each of this.behind) ofAddress.set(each.address, sumOf(each) + each.backlog);
    for (const connection of [...this.behind].sort((a, b) => sumOf(b) - sumOf(a) || b.backlog - a.backlog)) {
      if (total <= this.mostBytes / 2) return;
      total -= connection.backlog;
      this.onCutOff();
      connection.cutOff();
    }
  }
}
