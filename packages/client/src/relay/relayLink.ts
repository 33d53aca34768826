import { concatBytes } from "@conclave/codec";
import type { Random } from "@conclave/crypto";
import {
  chooseVersion,
  decodeRelayMessage,
  encodeClientFrame,
  VERSIONS,
  withRequestId,
  type Push,
  type RelayFrame,
  type Request,
  type Response,
  type RelayWelcome,
} from "@conclave/wire";
import type { CancelTimer, Clock } from "../ports/clock.js";
import { MAX_FRAME_BYTES, type Connection, type Transport } from "../ports/transport.js";
import { EXPECTED, type Answer, type RequestBody } from "./answer.js";
import { Backoff } from "./backoff.js";

/** How a link stands: `offline` between attempts, `online` once the relay has said welcome. */
export type LinkState = "stopped" | "offline" | "connecting" | "online";

/** What a link tells its owner. */
export interface LinkEvents {
  /** A new connection stands: every proof and subscription has to be made again. */
  online(welcome: RelayWelcome): void;
  /** The connection is lost; the link tries again by itself. */
  offline(): void;
  /** What {@link RelayLink.isLate} or {@link RelayLink.failures} says has changed. */
  late?(): void;
  push(push: Push): void;
  /** A cheap request to ask on a silent connection, or null where nothing is worth asking. */
  probe(): RequestBody | null;
}

interface Pending {
  readonly type: Request["type"];
  readonly since: number;
  readonly resolve: (answer: Answer<Request["type"]>) => void;
}

const ANSWER_TIMEOUT_MS = 30_000;
const SILENCE_MS = 30_000;
const WATCH_EVERY_MS = 10_000;
const STABLE_AFTER_MS = 10_000;
/** A relay that takes longer to say welcome is late: people are told, and nothing is given up. */
const LATE_MS = 4_000;
/** How soon something has to come on a connection that is doubted. */
const PROVE_MS = 3_000;
const LOST = { type: "lost" } as const;

/**
 * One client's connection to one relay, kept up: requests matched to answers by id, pushes passed on, frames of one
 * turn sent as one message, a dead connection noticed and replaced with a jittered, growing wait.
 *
 * It trusts the relay for nothing: a frame that cannot be read, or an answer of the wrong kind, ends the connection.
 */
export class RelayLink {
  state: LinkState = "stopped";
  /** Attempts that failed since the relay was last there, or a person last asked for one. */
  failures = 0;
  private isSlow = false;
  private cancelLate: CancelTimer = () => undefined;
  private connection: Connection | null = null;
  private welcome: RelayWelcome | null = null;
  private readonly pending = new Map<number, Pending>();
  private queue: Uint8Array[] = [];
  private flushing = false;
  private nextId = 1;
  private heard = 0;
  private onlineSince = 0;
  private cancelTimer: CancelTimer = () => undefined;
  private readonly backoff: Backoff;

  constructor(
    private readonly transport: Transport,
    readonly url: string,
    private readonly clock: Clock,
    random: Random,
    private readonly events: LinkEvents,
  ) {
    this.backoff = new Backoff(random);
  }

  /** Begins to connect, and to stay connected, until {@link stop}. */
  start(): void {
    if (this.state === "stopped") this.open();
  }

  /** Ends the connection for good. Open requests are answered `lost`; no event follows. */
  stop(): void {
    this.state = "stopped";
    this.drop();
  }

  /** Nobody answers: an attempt failed, or takes long. A reason to say so, not to stop trying. */
  get isLate(): boolean {
    return this.failures > 0 || this.isSlow;
  }

  /**
   * The network has changed, or the person asks: tries at once instead of waiting. A connection that seems to stand has to
   * prove it soon: one that a network left behind would else look alive for a minute.
   */
  nudge(): void {
    if (this.state === "online") this.doubt();
    else if (this.state === "offline" || (this.state === "connecting" && this.isLate)) {
      this.backoff.reset();
      this.failures = 0;
      this.drop();
      this.open();
      this.events.late?.();
    }
  }

  private doubt(): void {
    const { connection, heard } = this;
    const probe = this.events.probe();
    if (!probe) return;
    void this.request(probe);
    this.cancelLate();
    this.cancelLate = this.clock.setTimer(PROVE_MS, () => {
      // Anything at all is proof: a slow line is no dead one.
      if (this.connection === connection && this.heard === heard) this.fail();
    });
  }

  /** Asks the relay; at once `lost` when there is no connection. Requests are carried out in the order of their calls. */
  request<T extends RequestBody["type"]>(body: Extract<RequestBody, { type: T }>): Promise<Answer<T>> {
    return this.ask(body.type, (id) => encodeClientFrame({ ...body, id }));
  }

  /** Asks the relay to append: the bytes are sent as `encodeAppend` made them, under an id of this link's. */
  append(encoded: Uint8Array): Promise<Answer<"append">> {
    return this.ask("append", (id) => withRequestId(encoded, id));
  }

  private ask<T extends Request["type"]>(type: T, frame: (id: number) => Uint8Array): Promise<Answer<T>> {
    if (!this.connection || this.state !== "online") return Promise.resolve(LOST);
    const id = this.nextId;
    this.nextId = (this.nextId % 0xffffffff) + 1;
    return new Promise((resolve) => {
      const settle = resolve as Pending["resolve"];
      this.pending.set(id, { type, since: this.clock.now(), resolve: settle });
      this.enqueue(frame(id));
    });
  }

  private open(): void {
    this.cancelTimer();
    this.state = "connecting";
    const connection: Connection = this.transport.connect(this.url, {
      opened: () => connection.send(encodeClientFrame({ type: "hello", versions: VERSIONS })),
      frame: (bytes) => {
        if (this.connection === connection) this.receive(bytes);
      },
      closed: () => {
        if (this.connection === connection) this.fail();
      },
    });
    this.connection = connection;
    this.heard = this.clock.now();
    this.isSlow = false;
    this.cancelLate = this.clock.setTimer(LATE_MS, () => {
      this.isSlow = true;
      this.events.late?.();
    });
    this.watch();
  }

  /** The connection is of no use any more: tell, wait, try again. */
  private fail(): void {
    const wasOnline = this.state === "online";
    if (wasOnline && this.clock.now() - this.onlineSince >= STABLE_AFTER_MS) this.backoff.reset();
    this.state = "offline";
    this.failures = wasOnline ? 0 : this.failures + 1;
    this.drop();
    const wait = wasOnline ? this.backoff.afterLoss() : this.backoff.next();
    this.cancelTimer = this.clock.setTimer(wait, () => {
      this.open();
    });
    if (wasOnline) this.events.offline();
    else this.events.late?.();
  }

  private drop(): void {
    this.cancelTimer();
    this.cancelLate();
    this.isSlow = false;
    this.connection?.close();
    this.connection = null;
    this.welcome = null;
    this.queue = [];
    const open = [...this.pending.values()];
    this.pending.clear();
    for (const { resolve } of open) resolve(LOST);
  }

  private receive(bytes: Uint8Array): void {
    this.heard = this.clock.now();
    const decoded = decodeRelayMessage(bytes, MAX_FRAME_BYTES);
    // RULE: client.relay-frames: a message that cannot be read ends the connection, nothing of it is used (attack A80).
    if (!decoded.ok) {
      this.fail();
      return;
    }
    const { connection } = this;
    for (const frame of decoded.value) {
      if (this.connection !== connection) return;
      this.handle(frame);
    }
  }

  private handle(frame: RelayFrame): void {
    if (frame.type === "welcome") this.greeted(frame);
    else if (!this.welcome) this.fail();
    else if ("id" in frame) this.answered(frame);
    else {
      if (frame.type === "goodbye") this.backoff.hold(frame.retryAfter);
      this.events.push(frame);
    }
  }

  private greeted(welcome: RelayWelcome): void {
    if (this.welcome || chooseVersion([welcome.version]) === null) {
      this.fail();
      return;
    }
    this.welcome = welcome;
    this.state = "online";
    this.cancelLate();
    this.isSlow = false;
    this.failures = 0;
    this.onlineSince = this.clock.now();
    this.events.online(welcome);
  }

  private answered(frame: Response): void {
    const pending = this.pending.get(frame.id);
    // RULE: client.relay-answers: an answer that nobody asked for, or of another kind, ends the connection (attack A80).
    if (!pending || (frame.type !== "error" && frame.type !== EXPECTED[pending.type])) {
      this.fail();
      return;
    }
    this.pending.delete(frame.id);
    pending.resolve(frame);
  }

  private enqueue(frame: Uint8Array): void {
    this.queue.push(frame);
    if (this.flushing) return;
    this.flushing = true;
    queueMicrotask(() => {
      this.flushing = false;
      this.flush();
    });
  }

  private flush(): void {
    const limits = this.welcome?.limits;
    if (!limits || !this.connection) return;
    while (this.queue.length > 0) {
      let bytes = 0;
      let count = 0;
      // RULE: client.relay-limits: a message has one frame at least, whatever the relay says that it takes: one that says none
      // would else keep its client in this loop for ever (attack A80).
      while (count < this.queue.length && count < Math.max(1, limits.frames)) {
        const { length } = this.queue[count]!;
        if (count > 0 && bytes + length > limits.messageBytes) break;
        bytes += length;
        count++;
      }
      this.connection.send(concatBytes(...this.queue.splice(0, count)));
    }
  }

  /** Looks at the connection now and then: a request without answer, or a handshake that hangs, ends it. */
  private watch(): void {
    this.cancelTimer();
    this.cancelTimer = this.clock.setTimer(WATCH_EVERY_MS, () => {
      const now = this.clock.now();
      const [oldest] = this.pending.values();
      const waiting = this.state === "connecting" ? this.heard : oldest?.since;
      if (waiting !== undefined && now - waiting >= ANSWER_TIMEOUT_MS) {
        this.fail();
        return;
      }
      if (this.state === "online" && this.pending.size === 0 && now - this.heard >= SILENCE_MS) {
        const probe = this.events.probe();
        if (probe) void this.request(probe);
      }
      this.watch();
    });
  }
}
