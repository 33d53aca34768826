import { TokenBuckets } from "../core/tokenBucket.js";
import { AddressCounts } from "./addressCounts.js";

/** Sockets that an address has besides its connections: for pages, and for telling one more client why it is refused. */
const SPARE_SOCKETS = 64;

/** How many connections a relay takes. */
export interface ConnectionLimitSettings {
  readonly connections: number;
  readonly connectionsPerAddress: number;
}

/** Who can still connect: counts each address's sockets and connections, and how often it comes. */
export class ConnectionLimits {
  private readonly sockets = new AddressCounts();
  private readonly connections = new AddressCounts();
  private readonly arrivals: TokenBuckets;
  private total = 0;

  constructor(
    private readonly settings: ConnectionLimitSettings,
    private readonly clock: () => number = () => performance.now(),
  ) {
    const { connectionsPerAddress } = settings;
    // After a restart everybody comes at once, and then perhaps again.
    this.arrivals = new TokenBuckets({ burst: 2 * connectionsPerAddress, perSecond: connectionsPerAddress / 16 });
  }

  /**
   * Counts one more socket of an address; false if it has too many.
   *
   * RULE: relay.sockets-bounded: every socket counts, even before its first byte: one address has only so many, whatever they
   * are for.
   */
  takeSocket(address: string): boolean {
    if (this.sockets.of(address) >= this.settings.connectionsPerAddress + SPARE_SOCKETS) return false;
    this.sockets.add(address);
    return true;
  }

  dropSocket(address: string): void {
    this.sockets.remove(address);
  }

  /** Why one more connection of this address is refused now, or null. */
  refusal(address: string): "full" | "address_full" | "too_often" | null {
    const { connections, connectionsPerAddress } = this.settings;
    // RULE: relay.connections-bounded: one address, and all together, open only so many connections (attack A90). One that is
    // closed counts until nothing of it waits: whoever comes again and again leaves no work behind without bound.
    if (this.total >= connections) return "full";
    if (this.connections.of(address) >= connectionsPerAddress) return "address_full";
    // RULE: relay.connect-rate: one address comes only so often: connecting costs the relay more than it costs a stranger
    // (attack A161).
    return this.arrivals.take(address, 1, this.clock()) > 0 ? "too_often" : null;
  }

  /** How many connections each address has. */
  get addresses(): ReadonlyMap<string, number> {
    return this.connections.all;
  }

  add(address: string): void {
    this.total++;
    this.connections.add(address);
  }

  remove(address: string): void {
    this.total--;
    this.connections.remove(address);
  }

  /** Call it now and then: it forgets addresses that have not come for a while. */
  sweep(): void {
    this.arrivals.sweep(this.clock());
  }
}
