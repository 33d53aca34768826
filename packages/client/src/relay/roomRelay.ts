import type { RelayWelcome } from "@conclave/wire";
import type { Answer, RequestBody } from "./answer.js";
import type { ConnectionUser, RelayAccess, RelayConnection } from "./relayConnection.js";
import { socketUrl } from "./relayUrl.js";

/** The connection of one room to its relay: the same for all of the room's workers, also when the room moves to another relay. */
export class RoomRelay implements RelayAccess {
  /** What is added to the present connection's number, so that no number comes twice. */
  private base = 0;
  private readonly users = new Set<ConnectionUser>();

  constructor(
    private current: RelayConnection,
    /** The connection to a relay's address; null where the text is no address. */
    readonly find: (address: string) => RelayConnection | null,
  ) {}

  get url(): string {
    return this.current.url;
  }

  get number(): number {
    return this.base + this.current.number;
  }

  get welcome(): RelayWelcome | null {
    return this.current.welcome;
  }

  get isConnecting(): boolean {
    return this.current.isConnecting;
  }

  /** Whether this is the relay at that address. */
  isAt(address: string): boolean {
    return socketUrl(address) === this.url;
  }

  /** Goes on at another address: for who uses it, one connection is lost and another is made. */
  follow(address: string): void {
    const next = this.isAt(address) ? null : this.find(address);
    if (next === null) return;
    const before = this.current;
    this.base = this.number + 1;
    this.current = next;
    for (const user of this.users) {
      before.detach(user);
      user.offline();
    }
    for (const user of this.users) next.attach(user);
  }

  /** Another relay is the room's at this address now: for who uses it, one connection is lost and another is made. */
  renew(): void {
    this.base++;
    for (const user of this.users) {
      this.current.detach(user);
      user.offline();
    }
    for (const user of this.users) this.current.attach(user);
  }

  attach(user: ConnectionUser): void {
    this.users.add(user);
    this.current.attach(user);
  }

  detach(user: ConnectionUser): void {
    this.users.delete(user);
    this.current.detach(user);
  }

  request<T extends RequestBody["type"]>(body: Extract<RequestBody, { type: T }>): Promise<Answer<T>> {
    return this.current.request(body);
  }

  append(encoded: Uint8Array): Promise<Answer<"append">> {
    return this.current.append(encoded);
  }
}
