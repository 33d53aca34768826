import { type ClientFrame, encodeRelayMessage, type RelayError, type RoomPosition } from "@conclave/wire";
import type { ConnectionEvents } from "@conclave/client";
import { ProtocolKind, type RoomEvent } from "@conclave/protocol";
import type { LiveSession } from "../src/room/liveSession.js";
import type { RoomEngine } from "../src/room/roomEngine.js";
import type { RoomState } from "../src/work/roomState.js";
import type { Worker } from "../src/work/worker.js";
import type { Home, World } from "./world.js";

/** What drives this home's room. */
export const driving = ({ room }: Home): RoomEngine => (room as unknown as Pick<LiveSession, "engine">).engine;

/** A frame that is answered. */
type Request = Extract<ClientFrame, { readonly id: number }>;

interface Refusal {
  readonly error: RelayError;
  readonly retryAfter?: number;
  readonly times?: number;
  /** Where it says that its log is. */
  readonly position?: RoomPosition;
}

/** A relay that refuses what a home asks of it, for so many times; gives what was refused. `isMeant` picks among its frames. */
export function refuse<T extends Request>(
  world: World,
  refused: Home,
  isMeant: (frame: ClientFrame) => frame is T,
  { error, retryAfter = 0, times = Number.POSITIVE_INFINITY, position }: Refusal,
): T[] {
  const { connections, owners } = world as unknown as {
    connections: Map<number, ConnectionEvents>;
    owners: Map<number, Home>;
  };
  const all: T[] = [];
  world.sendsChanged = true;
  world.beforeFrames = (home, frames) => {
    if (home !== refused) return undefined;
    const list = frames as ClientFrame[];
    for (const frame of [...list]) {
      if (!isMeant(frame) || all.length >= times) continue;
      all.push(frame);
      list.splice(list.indexOf(frame), 1);
      const said = { error, retryAfter, position: position ?? null };
      const answer = encodeRelayMessage([{ type: "error", id: frame.id, ...said }]);
      for (const [number, events] of connections) if (owners.get(number) === home) events.frame(answer);
    }
    return undefined;
  };
  return all;
}

/** Frames of this type. */
export const asks =
  <K extends Request["type"]>(type: K) =>
  (frame: ClientFrame): frame is Extract<ClientFrame, { readonly type: K }> =>
    frame.type === type;

type Append = Extract<ClientFrame, { readonly type: "append" }>;

/** Appends of this kind. */
export const appends =
  (kind: Append["kind"]) =>
  (frame: ClientFrame): frame is Append =>
    frame.type === "append" && frame.kind === kind;

/** No commit of these homes gets to the relay, until this is called. */
export function holdCommits(world: World, ...held: Home[]): () => void {
  world.beforeFrames = (home, frames) =>
    (held.length === 0 || held.includes(home)) && frames.some(appends("commit"))
      ? new Promise<void>(() => undefined)
      : undefined;
  return () => {
    world.beforeFrames = () => undefined;
    world.cut();
  };
}

/** What a worker was let say, and when. */
export class Said {
  readonly times: number[] = [];
  readonly kinds: string[] = [];

  constructor(private readonly world: World) {}

  readonly sender = {
    add: (_tx: unknown, { kind }: { kind: string }) => {
      this.times.push(this.world.clock.now());
      this.kinds.push(kind);
    },
  };
}

/** What the room's engine is to a worker, with the home's real state; the home itself says nothing meanwhile. */
export function workOf(home: Home): { state: RoomState; connection: never; plan: () => void } {
  const { state } = driving(home);
  driving(home).stop();
  return { state, connection: { welcome: {}, number: 1 } as never, plan: () => undefined };
}

/** Lets time go by for a worker under test, which looks whenever it has done something, as the room's engine would have it. */
export async function passFor(world: World, work: { plan: () => void }, worker: Worker, ms: number): Promise<void> {
  const until = world.clock.now() + ms;
  work.plan = () => {
    queueMicrotask(() => {
      worker.advance();
    });
  };
  worker.advance();
  do {
    for (let [quiet, all] = [0, 0]; quiet < 4 && all < 50; all++) {
      await new Promise((resolve) => setImmediate(resolve));
      quiet = worker.isBusy ? 0 : quiet + 1;
    }
  } while (world.clock.step(until));
  world.clock.advance(until - world.clock.now());
}

/** A question whether the list is fresh, as it comes in the log. */
export const probe = (world: World, change: object = {}): RoomEvent =>
  ({
    type: "message",
    message: { kind: ProtocolKind.probe, time: world.clock.now(), late: false, ...change },
  }) as never;
