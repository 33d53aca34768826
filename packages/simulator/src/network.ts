import type { Connection, ConnectionEvents, Transport } from "@conclave/client";
import type { Dice } from "./dice.js";
import type { Timeline } from "./timeline.js";
import { digits } from "./trace.js";

/** A server's end of a connection. */
export interface ServerLink {
  readonly id: number;
  /** Who is at the other end. No real server knows that; a simulated one can use it to choose its victims. */
  readonly node: string;
  send(bytes: Uint8Array): void;
  close(): void;
}

/** A server in the simulated network. */
export interface Endpoint {
  /** False refuses the connection. */
  opened(link: ServerLink): boolean;
  received(link: ServerLink, bytes: Uint8Array): void;
  closed(link: ServerLink): void;
}

/** How a node's way to the network is. `silent`: everything gets lost and nobody is told. */
export type Way = "open" | "cut" | "silent";

interface Wire {
  readonly link: ServerLink;
  readonly node: string;
  readonly events: ConnectionEvents;
  state: "connecting" | "open" | "closed";
  /** The client closed it, or is gone: nothing is told to it any more. */
  isLetGo: boolean;
  /** When the newest frame arrives, in either direction: frames of one direction do not overtake each other. */
  toServer: number;
  toClient: number;
}

/** Connections with latency, cuts and black holes between simulated processes. Frames keep their order within a wire. */
export class Network {
  /** Ms that a frame takes, least and most. */
  latency: readonly [number, number] = [5, 40];
  private readonly endpoints = new Map<string, Endpoint>();
  private readonly ways = new Map<string, Way>();
  private readonly wires = new Set<Wire>();
  private readonly endpointOf = new WeakMap<Wire, Endpoint>();
  private lastId = 0;

  constructor(
    private readonly timeline: Timeline,
    private readonly dice: Dice,
  ) {}

  /** Makes an endpoint reachable at a host name. */
  listen(host: string, endpoint: Endpoint): void {
    this.endpoints.set(host, endpoint);
  }

  /** One process's access to the network. */
  transport(node: string): Transport {
    return { connect: (url, events) => this.connect(node, new URL(url).host, events) };
  }

  wayOf(node: string): Way {
    return this.ways.get(node) ?? "open";
  }

  /** Changes a node's way. `cut` ends its connections at once; so does leaving `silent`. */
  setWay(node: string, way: Way): void {
    const before = this.wayOf(node);
    this.ways.set(node, way);
    if (way === "cut" || before === "silent") this.breakOff((wire) => wire.node === node);
  }

  /** Ends a node's connections, as a broken line does. */
  disconnect(node: string): void {
    this.breakOff((wire) => wire.node === node);
  }

  /** The process of a node is gone: the server learns of it, and there is nobody else to tell. */
  vanish(node: string): void {
    for (const wire of [...this.wires]) if (wire.node === node) this.closeByClient(wire);
  }

  private connect(node: string, host: string, events: ConnectionEvents): Connection {
    const wire: Wire = {
      link: {
        id: ++this.lastId,
        node,
        send: (bytes) => {
          this.carry(wire, "toClient", bytes);
        },
        close: () => {
          this.closeByServer(wire);
        },
      },
      node,
      events,
      state: "connecting",
      isLetGo: false,
      toServer: 0,
      toClient: 0,
    };
    this.wires.add(wire);
    this.timeline.plan(this.delay(), `connect ${node}`, () => {
      this.arrive(wire, host);
    });
    return {
      send: (bytes) => {
        this.carry(wire, "toServer", bytes.slice());
      },
      close: () => {
        this.closeByClient(wire);
      },
    };
  }

  private arrive(wire: Wire, host: string): void {
    if (wire.state !== "connecting" || this.wayOf(wire.node) === "silent") return;
    const endpoint = this.endpoints.get(host);
    this.endpointOf.set(wire, endpoint ?? NOBODY);
    if (this.wayOf(wire.node) === "cut" || endpoint?.opened(wire.link) !== true) {
      this.end(wire);
      wire.events.closed();
      return;
    }
    wire.state = "open";
    wire.events.opened();
  }

  private carry(wire: Wire, direction: "toServer" | "toClient", bytes: Uint8Array): void {
    if (wire.state !== "open" || this.wayOf(wire.node) === "silent") return;
    const at = Math.max(this.timeline.now + this.delay(), wire[direction]);
    wire[direction] = at;
    const label = `${direction} ${wire.node} ${bytes.length} ${digits(bytes)}`;
    this.timeline.plan(at - this.timeline.now, label, () => {
      if (wire.state !== "open" || this.wayOf(wire.node) === "silent") return;
      if (direction === "toServer") this.endpointOf.get(wire)!.received(wire.link, bytes);
      else wire.events.frame(bytes);
    });
  }

  private breakOff(which: (wire: Wire) => boolean): void {
    for (const wire of [...this.wires]) {
      if (!which(wire)) continue;
      const wasOpen = wire.state === "open";
      this.end(wire);
      if (wasOpen) this.endpointOf.get(wire)!.closed(wire.link);
      this.timeline.plan(this.delay(), `broken ${wire.node}`, () => {
        if (!wire.isLetGo) wire.events.closed();
      });
    }
  }

  private closeByClient(wire: Wire): void {
    wire.isLetGo = true;
    const wasOpen = wire.state === "open";
    this.end(wire);
    if (wasOpen) this.endpointOf.get(wire)!.closed(wire.link);
  }

  private closeByServer(wire: Wire): void {
    if (wire.state === "closed") return;
    // What was sent before arrives before.
    this.timeline.plan(Math.max(0, wire.toClient - this.timeline.now), `closed ${wire.node}`, () => {
      if (wire.state === "closed") return;
      this.end(wire);
      wire.events.closed();
    });
  }

  private end(wire: Wire): void {
    wire.state = "closed";
    this.wires.delete(wire);
  }

  private delay(): number {
    return this.dice.between(...this.latency);
  }
}

const NOBODY: Endpoint = { opened: () => false, received: () => undefined, closed: () => undefined };
