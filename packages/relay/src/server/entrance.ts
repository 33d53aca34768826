import type { IncomingMessage, Server } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import { AddressTally } from "../core/addressTally.js";
import { addressGroup } from "./addressGroup.js";
import { ConnectionLimits, type ConnectionLimitSettings } from "./connectionLimits.js";
import { CauseCounts, type DoorCause } from "./causes.js";
import { answerRaw, withoutBase } from "./http.js";
import type { RequestGuard } from "./requestGuard.js";
import { forwardedFor, type TrustedProxies } from "./trustedProxies.js";

/** Where clients open their WebSocket. */
export const SOCKET_PATH = "/relay";

/** Whom a relay lets in. */
export interface EntranceSettings extends ConnectionLimitSettings {
  readonly proxies: TrustedProxies;
  /** Whether the operator has blocked this address, as `addressGroup` writes it. */
  readonly isBlocked: (address: string) => boolean;
  readonly guard: RequestGuard;
  readonly basePath: string;
  /** A proxy speaks for others, and is not trusted: told each time. */
  readonly onUntrustedProxy: () => void;
}

/** The relay's door: who comes from which address, and whether they are let in. */
export class Entrance {
  readonly limits: ConnectionLimits;
  /** Who was not let in, and why. */
  readonly refused = new CauseCounts<DoorCause>();
  /** From which addresses, for the operator alone. */
  readonly refusedAddresses = new AddressTally();
  private readonly server: WebSocketServer;
  private isClosed = false;

  /** `let in`: a WebSocket is open; `socket` is what it runs on. */
  constructor(
    http: Server,
    mostBytes: number,
    private readonly settings: EntranceSettings,
    private readonly letIn: (webSocket: WebSocket, socket: Duplex, address: string) => void,
  ) {
    this.limits = new ConnectionLimits(settings);
    this.server = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      clientTracking: false,
      maxPayload: mostBytes,
    });
    http.on("upgrade", (request, socket, head) => {
      this.upgrade(request, socket, head);
    });
    http.on("connection", (socket: Socket) => {
      this.count(socket);
    });
  }

  /** Lets nobody in any more. */
  close(): void {
    this.isClosed = true;
  }

  private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { guard, basePath, proxies, onUntrustedProxy } = this.settings;
    const address = proxies.clientOf(request);
    if (forwardedFor(request).length > 0 && !proxies.trusts(request.socket.remoteAddress)) onUntrustedProxy();
    const path = withoutBase(request.url ?? "/", basePath).split("?")[0];
    const answer = (cause: DoorCause, status: number, more = {}, text = ""): void => {
      this.refuse(cause, address);
      answerRaw(socket, status, guard, more, text);
    };
    const refused = guard.refusal(request);
    if (refused !== null)
      answer(refused.status === 403 ? "origin" : "host", refused.status, {}, `${refused.sentence}\n`);
    else if (path !== SOCKET_PATH) answer("path", 404);
    // RULE: relay.blocked: whom the operator has blocked cannot connect, and what they had open is closed (attack A83).
    else if (this.settings.isBlocked(address)) answer("blocked", 403, {}, "The operator has blocked this address.\n");
    else {
      const cause = this.isClosed ? "stopping" : this.limits.refusal(address);
      if (cause !== null) {
        answer(cause, 503, { "Retry-After": "10" });
        return;
      }
      this.server.handleUpgrade(request, socket, head, (webSocket) => {
        this.letIn(webSocket, socket, address);
      });
    }
  }

  private refuse(cause: DoorCause, address: string): void {
    this.refused.add(cause);
    this.refusedAddresses.add(address);
  }

  private count(socket: Socket): void {
    // All that come through a proxy have the proxy's address, so counting is up to the proxy.
    if (this.settings.proxies.trusts(socket.remoteAddress)) return;
    const address = addressGroup(socket.remoteAddress ?? "");
    if (!this.limits.takeSocket(address)) {
      this.refuse("sockets", address);
      socket.destroy();
      return;
    }
    socket.once("close", () => {
      this.limits.dropSocket(address);
    });
  }
}
