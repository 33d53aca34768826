import { concatBytes } from "@conclave/codec";
import { ID_BYTES, RoomTag } from "@conclave/wire";
import type { CoreOutput, PushOrigin } from "../core/output.js";
import { processTime } from "./processTime.js";
import type { RoomCommandCall } from "./roomCommand.js";

/**
 * What the socket thread tells the core's thread: many events in one message, and their bytes in one buffer, because
 * handing over hundreds of small objects costs more than working on them.
 */
export interface EventBatch {
  /** Three numbers for each event: its kind, the connection, and the length of its part of `data`. */
  readonly events: Uint32Array;
  readonly data: Uint8Array;
  /** The addresses of the `OPEN` events, in order. */
  readonly addresses: readonly string[];
  /** When it was handed over, by `processTime`. */
  readonly at: number;
}

/** What the core's thread is told: a batch of events, or to end. */
export type ToCore = EventBatch | RoomCommandCall | "stop";

/** What the core's thread wants done, and what it is done with. */
export interface OutputBatch {
  /** Three numbers for each connection: its own, how many of its messages were handled, and their bytes. */
  readonly handled: Uint32Array;
  /** Connections that were closed, and of which nothing waits any more. */
  readonly ended: Uint32Array;
  readonly plan: Uint32Array;
  readonly data: Uint8Array;
  readonly origins: readonly PushOrigin[];
}

export const OPEN = 0;
export const MESSAGE = 1;
export const CLOSED = 2;
export const LAG = 3;

/** Collects events until they are handed over. */
export class EventCollector {
  private numbers: number[] = [];
  private parts: Uint8Array[] = [];
  private addresses: string[] = [];

  get isEmpty(): boolean {
    return this.numbers.length === 0;
  }

  open(connection: number, address: string): void {
    this.numbers.push(OPEN, connection, 0);
    this.addresses.push(address);
  }

  message(connection: number, bytes: Uint8Array): void {
    this.numbers.push(MESSAGE, connection, bytes.length);
    this.parts.push(bytes);
  }

  closed(connection: number): void {
    this.numbers.push(CLOSED, connection, 0);
  }

  lag(connection: number, roomTag: RoomTag): void {
    this.numbers.push(LAG, connection, roomTag.length);
    this.parts.push(roomTag);
  }

  take(): EventBatch {
    const { addresses } = this;
    const batch = {
      events: Uint32Array.from(this.numbers),
      data: concatBytes(...this.parts),
      addresses,
      at: processTime(),
    };
    this.numbers = [];
    this.parts = [];
    this.addresses = [];
    return batch;
  }
}

const SEND = 0;
const PUSH = 1;
const CLOSE = 2;
const LAG_ENDED = 3;

/** Counts what the core's thread is done with, until it is told. */
export class HandledCounter {
  private counts = new Map<number, { messages: number; bytes: number }>();
  private gone: number[] = [];

  get isEmpty(): boolean {
    return this.counts.size === 0 && this.gone.length === 0;
  }

  message(connection: number, bytes: number): void {
    const count = this.counts.get(connection);
    if (count === undefined) this.counts.set(connection, { messages: 1, bytes });
    else {
      count.messages++;
      count.bytes += bytes;
    }
  }

  ended(connection: number): void {
    this.gone.push(connection);
  }

  take(): Pick<OutputBatch, "handled" | "ended"> {
    const handled = Uint32Array.from([...this.counts].flatMap(([id, { messages, bytes }]) => [id, messages, bytes]));
    const ended = Uint32Array.from(this.gone);
    this.counts = new Map();
    this.gone = [];
    return { handled, ended };
  }
}

/** Packs a core's outputs. */
export function packOutputs(outputs: readonly CoreOutput[], done: Pick<OutputBatch, "handled" | "ended">): OutputBatch {
  const plan: number[] = [];
  const parts: Uint8Array[] = [];
  const origins: PushOrigin[] = [];
  for (const output of outputs) {
    switch (output.kind) {
      case "send":
        plan.push(SEND, output.connection, output.bytes.length);
        parts.push(output.bytes);
        break;
      case "push":
        plan.push(PUSH, output.bytes.length, output.origin === null ? 0 : origins.push(output.origin));
        plan.push(output.connections.length);
        // Not `push(...connections)`: there may be more of them than a call takes arguments.
        for (const connection of output.connections) plan.push(connection);
        parts.push(output.bytes);
        break;
      case "close":
        plan.push(CLOSE, output.connection, output.code);
        break;
      case "lagEnded":
        plan.push(LAG_ENDED, output.connection);
        parts.push(output.roomTag);
    }
  }
  return { ...done, plan: Uint32Array.from(plan), data: concatBytes(...parts), origins };
}

/** What is done with each output, in order. */
export interface OutputReceiver {
  send(connection: number, bytes: Uint8Array): void;
  push(connections: Uint32Array, bytes: Uint8Array, origin: PushOrigin | null): void;
  close(connection: number, code: number): void;
  lagEnded(connection: number, roomTag: RoomTag): void;
}

/** Unpacks outputs; the bytes are views into the batch. */
export function unpackOutputs({ plan, data, origins }: OutputBatch, receiver: OutputReceiver): void {
  let at = 0;
  let offset = 0;
  const take = (length: number): Uint8Array => data.subarray(offset, (offset += length));
  while (at < plan.length) {
    const kind = plan[at];
    if (kind === SEND) {
      receiver.send(plan[at + 1]!, take(plan[at + 2]!));
      at += 3;
    } else if (kind === PUSH) {
      const count = plan[at + 3]!;
      const connections = plan.subarray(at + 4, at + 4 + count);
      receiver.push(connections, take(plan[at + 1]!), origins[plan[at + 2]! - 1] ?? null);
      at += 4 + count;
    } else if (kind === CLOSE) {
      receiver.close(plan[at + 1]!, plan[at + 2]!);
      at += 3;
    } else {
      receiver.lagEnded(plan[at + 1]!, RoomTag.of(take(ID_BYTES)));
      at += 2;
    }
  }
}
