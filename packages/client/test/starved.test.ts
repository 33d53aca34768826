import { failed } from "@conclave/codec";
import { expect, it } from "vitest";
import { LiveSession } from "../src/room/liveSession.js";
import { twoIn, World } from "./world.js";

it("A83: RULE client.starved-slower: new keys that lose to other people's changes are tried ever more slowly", async () => {
  const world = new World();
  const [alice] = await twoIn(world);
  const { room: session } = alice;
  if (!(session instanceof LiveSession)) throw new Error("not a session");
  const { state } = session.engine;
  const parts = session.engine as unknown as { caretaker: object; decisions: object; plan(): void };
  const tried: number[] = [];
  // Whenever they are tried somebody else comes first, by a join that asks for new keys again.
  const { lastCommit } = state.room!;
  Object.defineProperty(state.room, "lastCommit", { get: () => lastCommit + tried.length });
  Object.assign(parts.caretaker, { isUnbound: () => true });
  Object.assign(parts.decisions, {
    decide: () => {
      tried.push(world.clock.now());
      return Promise.resolve(failed({ kind: "starved", losses: 12 }));
    },
  });
  parts.plan();
  await world.pass(10 * 60_000);
  const pauses = tried.slice(1).map((at, n) => at - tried[n]!);
  expect(tried.length).toBeGreaterThan(5);
  expect(tried.length).toBeLessThan(40);
  expect(Math.max(...pauses)).toBeLessThanOrEqual(32_000);
});
