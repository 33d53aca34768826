/** How often something happened, for each cause that there is. */
export class CauseCounts<Cause extends string> {
  private readonly counts = new Map<Cause, number>();

  add(cause: Cause): void {
    this.counts.set(cause, (this.counts.get(cause) ?? 0) + 1);
  }

  /** `NAME{cause="…"}` for each cause that happened. */
  metrics(name: string): Record<string, number> {
    return Object.fromEntries([...this.counts].map(([cause, count]) => [`${name}{cause="${cause}"}`, count]));
  }
}

/**
 * Why somebody was not let in. `sockets`: too many sockets of one address, cut before their first byte; `host`, `origin`: a name, or
 * a page, that the relay does not answer; `path`: no such place; `full`: the relay; `address_full`: one address; `too_often`: one
 * address comes again and again; `blocked` by the operator; `stopping`: the relay ends.
 */
export type DoorCause =
  "sockets" | "host" | "origin" | "path" | "blocked" | "full" | "address_full" | "too_often" | "stopping";

/**
 * Why a connection ended. `client`: its client closed it; `broken`: it was lost; `silent`: it answered no ping; `slow`: too much
 * waited for it, or its message did not end; `malformed`: what came is no WebSocket; `idle`: it did not say in time what it is for;
 * `strikes`: too many faults; `crowded`: nobody knows what became of its requests; `failed`: PostgreSQL refused what they need; `blocked` by the operator; `stopping`: the relay
 * ended.
 */
export type CloseCause =
  | "client"
  | "broken"
  | "silent"
  | "slow"
  | "malformed"
  | "idle"
  | "strikes"
  | "crowded"
  | "failed"
  | "blocked"
  | "stopping";
