import { toHex } from "@conclave/codec";
import type { Random } from "@conclave/crypto";
import { type Push, type RelayWelcome, RoomTag, type InboxId } from "@conclave/wire";
import type { Clock } from "../ports/clock.js";
import type { Transport } from "../ports/transport.js";
import type { Answer, RequestBody } from "./answer.js";
import { RelayLink } from "./relayLink.js";
import { socketUrl } from "./relayUrl.js";

/** Somebody who uses a connection: a room, a join that waits, a look at an invite. */
export interface ConnectionUser {
  /** The room tag or inbox id that pushes are passed on for; null for none. */
  readonly topic: RoomTag | InboxId | null;
  /** A new connection stands: proofs and subscriptions have to be made again. */
  online(): void;
  offline(): void;
  /** The relay does not answer, or is tried again after that. */
  late?(): void;
  push(push: Push): void;
}

/** What rooms and joins need of a connection to a relay. */
export interface RelayAccess {
  /** Where the relay's WebSocket is. */
  readonly url: string;
  /** Counts connections: what was proved or sent with another number was on another connection. */
  readonly number: number;
  /** What the relay said when it was reached; null while there is no connection. */
  readonly welcome: RelayWelcome | null;
  /** It is being tried, and there is no reason yet to think that nobody is there. */
  readonly isConnecting: boolean;
  /** Whether this is the relay at an address. */
  isAt(address: string): boolean;
  /** Begins to use the connection; it is told at once when the connection stands already. */
  attach(user: ConnectionUser): void;
  /** Ends the use. The last one closes the connection. */
  detach(user: ConnectionUser): void;
  request<T extends RequestBody["type"]>(body: Extract<RequestBody, { type: T }>): Promise<Answer<T>>;
  /** Asks the relay to append what `encodeAppend` made. */
  append(encoded: Uint8Array): Promise<Answer<"append">>;
}

/** So many attempts in a row tell that nobody is there; one that fails may be chance. */
const HOPELESS = 3;

/** The one connection of a home to one relay, shared by all that use it: it is up as long as somebody uses it. */
export class RelayConnection implements RelayAccess {
  number = 0;
  private greeting: RelayWelcome | null = null;
  private readonly link: RelayLink;
  private readonly users = new Set<ConnectionUser>();
  private readonly topics = new Map<string, ConnectionUser>();

  constructor(
    transport: Transport,
    readonly url: string,
    private readonly clock: Clock,
    random: Random,
  ) {
    this.link = new RelayLink(transport, url, clock, random, {
      online: (welcome) => {
        this.number++;
        this.greeting = welcome;
        for (const user of [...this.users]) user.online();
      },
      offline: () => {
        this.greeting = null;
        for (const user of [...this.users]) user.offline();
      },
      late: () => {
        for (const user of [...this.users]) user.late?.();
      },
      push: (push) => {
        this.pushed(push);
      },
      probe: () => this.probe(),
    });
  }

  get welcome(): RelayWelcome | null {
    return this.greeting;
  }

  get isConnecting(): boolean {
    return this.link.state === "connecting" && !this.link.isLate;
  }

  isAt(address: string): boolean {
    return socketUrl(address) === this.url;
  }

  attach(user: ConnectionUser): void {
    this.users.add(user);
    if (user.topic) this.topics.set(toHex(user.topic), user);
    this.link.start();
    if (this.greeting) user.online();
  }

  detach(user: ConnectionUser): void {
    if (!this.users.delete(user)) return;
    if (user.topic && this.topics.get(toHex(user.topic)) === user) this.topics.delete(toHex(user.topic));
    if (this.users.size > 0) return;
    this.link.stop();
    this.greeting = null;
  }

  /** Tries at once instead of waiting. */
  nudge(): void {
    this.link.nudge();
  }

  request<T extends RequestBody["type"]>(body: Extract<RequestBody, { type: T }>): Promise<Answer<T>> {
    return this.link.request(body);
  }

  append(encoded: Uint8Array): Promise<Answer<"append">> {
    return this.link.append(encoded);
  }

  /**
   * Uses the connection for one piece of work, once it stands; null when it does not within `timeout` ms, or when attempts
   * fail one after the other: somebody waits for this.
   */
  async use<T>(timeout: number, work: (welcome: RelayWelcome) => Promise<T>): Promise<T | null> {
    let begin: () => void = () => undefined;
    const online = () => {
      begin();
    };
    let giveUp: () => void = () => undefined;
    const late = () => {
      if (this.link.failures >= HOPELESS) giveUp();
    };
    const user: ConnectionUser = { topic: null, online, offline: () => undefined, late, push: () => undefined };
    if (!this.greeting) this.link.nudge();
    const welcome = await new Promise<RelayWelcome | null>((resolve) => {
      const cancel = this.clock.setTimer(timeout, () => {
        resolve(null);
      });
      giveUp = () => {
        cancel();
        resolve(null);
      };
      begin = () => {
        cancel();
        resolve(this.greeting);
      };
      this.attach(user);
    });
    try {
      return welcome && (await work(welcome));
    } finally {
      this.detach(user);
    }
  }

  private pushed(push: Push): void {
    if (push.type === "goodbye") return;
    const topic = push.type === "inboxChanged" ? push.inboxId : push.roomTag;
    this.topics.get(toHex(topic))?.push(push);
  }

  /**
   * Asking for nothing of a room is cheap, and tells whether the connection lives. An inbox is no room, which the relay
   * answers just as well.
   */
  private probe(): RequestBody | null {
    for (const { topic } of this.users) {
      if (topic) return { type: "read", roomTag: RoomTag.of(topic), fromN: 1, limit: 0 };
    }
    return null;
  }
}
