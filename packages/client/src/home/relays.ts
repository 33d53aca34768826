import { RelayConnection } from "../relay/relayConnection.js";
import { socketUrl } from "../relay/relayUrl.js";
import type { ClientPorts } from "../api/client.js";

/** How long a person waits for a relay to be reached. */
export const UNTIL_REACHED_MS = 20_000;

/** A home's connections: one for each relay, shared by all rooms there. */
export class Relays {
  private readonly connections = new Map<string, RelayConnection>();

  constructor(private readonly ports: ClientPorts) {}

  /** The connection to a relay's address; null where the text is no address. */
  get(address: string): RelayConnection | null {
    const url = socketUrl(address);
    if (url === null) return null;
    const known = this.connections.get(url);
    if (known) return known;
    const { transport, clock, random } = this.ports;
    const connection = new RelayConnection(transport, url, clock, random);
    this.connections.set(url, connection);
    return connection;
  }

  nudge(): void {
    for (const connection of this.connections.values()) connection.nudge();
  }
}
