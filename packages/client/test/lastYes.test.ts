import { done, failed, type Result } from "@conclave/codec";
import { type Action, ActionHash, actionHash, preset, type Rejection } from "@conclave/protocol";
import type { DecisionProgress, Problem } from "@conclave/client";
import { beforeAll, describe, expect, it } from "vitest";
import { afterYes } from "../src/room/approving.js";
import type { LiveSession } from "../src/room/liveSession.js";
import { type Home, twoIn, World } from "./world.js";

const stateOf = ({ room }: Home) => (room as unknown as Pick<LiveSession, "engine">).engine.state;
const said = done(undefined);
const refused = (code: Rejection["code"]): Problem => ({ kind: "refused", rejection: { code } });

describe("what is told of who has said yes", () => {
  let world: World;
  let [alice, bob]: Home[] = [];
  /** Both have to agree, and both do: what is proposed is agreed to, and neither device is let carry it out. */
  let agreed: ActionHash;
  /** Only Alice has agreed. */
  let open: ActionHash;
  beforeAll(async () => {
    world = new World();
    [alice, bob] = await twoIn(world);
    await world.get(alice.room.decide({ type: "setRole", person: bob.client.person, role: "admin" }));
    await world.get(alice.room.decide({ type: "setPolicy", policy: preset("admins:2") }));
    await world.get(alice.room.decide({ type: "seal" }));
    await world.get(alice.room.decide({ type: "setPolicy", policy: preset("owner") }));
    await world.until(() => bob!.room.proposals().length === 2);
    const hashOf = (type: Action["type"]) =>
      bob!.room.proposals().find(({ action }) => action.type === type)!.actionHash;
    [agreed, open] = [hashOf("seal"), hashOf("setPolicy")];
    // No commit gets to the relay from now on.
    world.beforeFrames = (_home, frames) =>
      frames.some((frame) => frame.type === "append" && frame.kind === "commit")
        ? new Promise<void>(() => undefined)
        : undefined;
    void bob.room.approve(agreed);
    await world.until(
      () => alice!.room.proposals().find(({ actionHash }) => actionHash.join() === agreed.join())!.have === 2,
    );
  });

  /** What Alice is told, where carrying it out ends like this; and how often that was tried. */
  async function told(
    hash: ActionHash,
    approval: Result<void, Problem>,
    outcome: Result<DecisionProgress, Problem>,
    since = 0,
  ): Promise<[Result<DecisionProgress, Problem>, number]> {
    let tries = 0;
    const result = await afterYes(stateOf(alice!), hash, approval, since, () => {
      tries++;
      return Promise.resolve(outcome);
    });
    return [result, tries];
  }

  it("what speaks against the yes itself, before anything is carried out", async () => {
    for (const problem of [refused("unknown_proposal"), { kind: "unreachable" } as const])
      expect(await told(agreed, failed(problem), done({ done: true, seq: 9 }))).toEqual([failed(problem), 0]);
  });

  it("how many more it takes, of one that others have to agree to; that it was said before, if it was", async () => {
    const result = done({ done: false, actionHash: open, have: 1, need: 2 });
    expect(await told(open, said, done({ done: true, seq: 9 }))).toEqual([result, 0]);
    const again = failed(refused("already_so"));
    expect(await told(open, again, done({ done: true, seq: 9 }))).toEqual([again, 0]);
  });

  it("that it is done, where it was the last one; also when it was said before, and did not come about", async () => {
    const result = done({ done: true, seq: 9 } as const);
    expect(await told(agreed, said, result)).toEqual([result, 1]);
    expect(await told(agreed, failed(refused("already_so")), result)).toEqual([result, 1]);
  });

  it("that it goes on by itself, where the relay is away; that others carry it out, where one's own role does not; else why not", async () => {
    for (const kind of ["unreachable", "behind"] as const)
      expect(await told(agreed, said, failed({ kind }))).toEqual([failed({ kind: "underway" }), 1]);
    const waits = done({ done: false, actionHash: agreed, have: 2, need: 2 });
    for (const code of ["not_allowed", "above_own_role"] as const)
      expect(await told(agreed, said, failed(refused(code)))).toEqual([waits, 1]);
    for (const problem of [refused("last_owner"), { kind: "closed" } as const])
      expect(await told(agreed, said, failed(problem))).toEqual([failed(problem), 1]);
  });

  it("of one that is not there any more, that it is done where it was since, and else that nobody knows it", async () => {
    const unknown = failed({ kind: "unknown" });
    const nothing = ActionHash.of(new Uint8Array(32).fill(9));
    expect(await told(nothing, said, done({ done: true, seq: 9 }))).toEqual([unknown, 0]);
    const state = stateOf(alice!);
    const { action, by, seq } = state.decisionLog.entries.at(-1)!.decision;
    const hash = actionHash(state.ports.crypto, action, by);
    expect(await told(hash, said, done({ done: true, seq: 99 }))).toEqual([done({ done: true, seq }), 0]);
    expect(await told(hash, said, done({ done: true, seq: 99 }), seq)).toEqual([unknown, 0]);
  });
});
