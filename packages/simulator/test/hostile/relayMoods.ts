import { recordDigest, type LogItem, type RelayError, type RelayFrame } from "@conclave/wire";
import type { SimulatedDevice, World } from "../../src/index.js";

/** A room whose relay turns hostile for a while. */
export interface RelayScene {
  readonly world: World;
  readonly owner: SimulatedDevice;
  readonly members: readonly SimulatedDevice[];
  /** What the relay had a few messages ago. */
  readonly past: ReturnType<World["relay"]["snapshot"]>;
}

/** What a relay does to a room until it is honest again. `begin` gives what ends it. */
export interface RelayMood {
  readonly what: string;
  readonly begin: (scene: RelayScene) => () => void;
}

const VICTIM = "Bob";

/** What a hostile relay does for a while: it refuses service, hides, reorders, repeats, goes back, and makes things up. */
export const RELAY_MOODS: readonly RelayMood[] = [
  {
    what: "answers nobody",
    begin: ({ world: { relay } }) => {
      relay.isDown = true;
      relay.restart();
      return () => {
        relay.isDown = false;
      };
    },
  },
  {
    what: "takes nothing that anybody sends",
    begin: tampering({ request: (_node, frame) => (frame.type === "append" ? [] : [frame]) }),
  },
  ...(["write_denied", "room_unknown", "room_damaged", "storage_busy", "stale_epoch"] as const).map((error) => ({
    what: `says ${error} to everything`,
    begin: tampering({
      reply: (_node, frame) => ("id" in frame && frame.type !== "error" ? [refusal(frame.id, error)] : [frame]),
    }),
  })),
  {
    what: "keeps everything from the owner",
    begin: ({ world: { relay }, owner: { name } }) => {
      relay.hold(name);
      return () => {
        relay.release(name);
      };
    },
  },
  {
    what: "shows records in the wrong order",
    begin: tampering({ reply: (_node, frame) => [withItems(frame, (items) => [...items].reverse())] }),
  },
  {
    what: "shows every record twice",
    begin: tampering({ reply: (_node, frame) => [withItems(frame, (items) => items.flatMap((item) => [item, item]))] }),
  },
  {
    what: "shows one member no new records",
    begin: tampering({ reply: (node, frame) => (node === VICTIM && frame.type === "records" ? [] : [frame]) }),
  },
  {
    what: "calls every new record deleted, for one member",
    begin: (scene) => {
      const { world } = scene;
      const deleted = (item: LogItem): LogItem => {
        if (item.pruned) return item;
        const digest = recordDigest((data) => world.crypto.hash("sha256", data), item);
        return { n: item.n, time: item.time, pruned: true, ...digest, kind: item.kind };
      };
      const reply = (node: string, frame: RelayFrame) =>
        node === VICTIM ? [withItems(frame, (items) => items.map(deleted))] : [frame];
      return tampering({ reply })(scene);
    },
  },
  {
    what: "goes back in time, and comes forward again",
    begin: ({ world: { relay }, past }) => {
      const now = relay.snapshot();
      relay.rollBack(past);
      return () => {
        relay.rollBack(now);
      };
    },
  },
  {
    what: "puts junk commits into the log",
    begin: ({ world, owner }) => {
      let isOver = false;
      const tag = world.tagOf(owner);
      const next = (): void => {
        if (isOver) return;
        world.relay.inject(tag, { kind: "commit", payload: world.dice.random(300) });
        world.timeline.plan(5000, "junk", next);
      };
      next();
      return () => {
        isOver = true;
      };
    },
  },
];

// Changes what is said, until it is over; then everybody connects again.
function tampering(how: Parameters<World["relay"]["tamper"]>[0]): RelayMood["begin"] {
  return ({ world, members }) => {
    world.relay.tamper(how);
    return () => {
      world.relay.tamper(null);
      for (const { name } of members) world.network.disconnect(name);
    };
  };
}

function withItems(frame: RelayFrame, change: (items: readonly LogItem[]) => readonly LogItem[]): RelayFrame {
  return frame.type === "records" || frame.type === "page" ? { ...frame, items: change(frame.items) } : frame;
}

function refusal(id: number, error: RelayError): RelayFrame {
  return { type: "error", id, error, retryAfter: 0, position: null };
}
