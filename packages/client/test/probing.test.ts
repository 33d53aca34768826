import { done, failed, toHex } from "@conclave/codec";
import { ProtocolKind, type RoomEvent } from "@conclave/protocol";
import { beforeEach, describe, expect, it } from "vitest";
import { ProbeAnswers } from "../src/work/probeAnswers.js";
import { Probes } from "../src/work/probes.js";
import type { RoomState } from "../src/work/roomState.js";
import { driving } from "./scripted.js";
import { type Home, twoIn, World } from "./world.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** What a worker was let say, and when. */
class Said {
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

let world: World;
let alice: Home;
let bob: Home;
let said: Said;
let sync: { canSend: boolean; isLive: boolean };
beforeEach(async () => {
  world = new World();
  [alice, bob] = await twoIn(world);
  await world.pass(2 * MINUTE);
  said = new Said(world);
  sync = { canSend: true, isLive: true };
});

/** What the room's engine is to a worker, with the home's real state; the home itself says nothing meanwhile. */
function workOf(home: Home): { state: RoomState; connection: never; plan: () => void } {
  const { state } = driving(home);
  driving(home).stop();
  return { state, connection: { welcome: {}, number: 1 } as never, plan: () => undefined };
}

const probe = (change: object = {}): RoomEvent =>
  ({
    type: "message",
    message: { kind: ProtocolKind.probe, time: world.clock.now(), late: false, ...change },
  }) as never;

describe("a device that asks whether the list of members is fresh", () => {
  let probes: Probes;
  beforeEach(() => {
    probes = new Probes(workOf(bob), sync as never, said.sender as never);
    probes.mount();
  });

  it("asks nothing while nobody looks; while somebody does, within ten seconds, and not again for nine minutes", async () => {
    await world.pass(60 * MINUTE);
    probes.advance();
    await world.pass(MINUTE);
    expect(said.times).toEqual([]);
    const began = world.clock.now();
    for (let n = 0; n < 20; n++) {
      probes.looking();
      await world.pass(MINUTE);
    }
    expect(new Set(said.kinds)).toEqual(new Set([ProtocolKind.probe]));
    expect(said.times[0]! - began).toBeLessThanOrEqual(10 * SECOND);
    expect(said.times).toHaveLength(3);
    for (const at of [1, 2]) {
      const pause = said.times[at]! - said.times[at - 1]!;
      expect(pause).toBeGreaterThanOrEqual(9 * MINUTE);
      expect(pause).toBeLessThan(9 * MINUTE + 11 * SECOND);
    }
    // Nobody looks any more.
    await world.pass(60 * MINUTE);
    expect(said.times).toHaveLength(3);
  });

  it("leaves it to another who has asked just now, but not where their question is of an older epoch", async () => {
    await world.pass(60 * MINUTE);
    probes.heard(probe());
    probes.looking();
    await world.pass(MINUTE);
    expect(said.times).toEqual([]);
    // Also where it was about to ask itself.
    await world.pass(60 * MINUTE);
    probes.looking();
    probes.heard(probe());
    probes.advance();
    await world.pass(MINUTE);
    expect(said.times).toEqual([]);
    await world.pass(10 * MINUTE);
    probes.heard(probe({ late: true }));
    probes.looking();
    await world.pass(MINUTE);
    expect(said.times).toHaveLength(1);
  });

  it("asks by itself where somebody answered another, and their clock was never held against this one", async () => {
    const sign = (person: Uint8Array): RoomEvent => ({ type: "sign", sign: { person } }) as never;
    await world.pass(60 * MINUTE);
    probes.heard(probe());
    // Whose word counts for nothing changes nothing.
    probes.heard(sign(bob.client.person));
    probes.looking();
    await world.pass(MINUTE);
    expect(said.times).toEqual([]);
    const { signs } = driving(bob).state;
    signs.isDated = () => false;
    probes.heard(sign(alice.client.person));
    probes.looking();
    await world.pass(MINUTE);
    expect(said.times).toHaveLength(1);
    // It was asked: what they said before is forgotten.
    probes.looking();
    await world.pass(MINUTE);
    expect(said.times).toHaveLength(1);
  });

  it("asks for its person at once, once a minute at most, and again where the clock was set back", async () => {
    const first = probes.ask();
    probes.advance();
    await world.run(new Promise((resolve) => setImmediate(resolve)));
    expect([probes.ask(), said.times]).toEqual([first, [first]]);
    probes.advance();
    await world.pass(10 * SECOND);
    expect([first, said.times]).toEqual([said.times[0], [first]]);
    expect(probes.ask()).toBe(first);
    probes.advance();
    await world.pass(49 * SECOND);
    expect(probes.ask()).toBe(first);
    expect(said.times).toHaveLength(1);
    await world.pass(SECOND);
    const second = probes.ask();
    probes.advance();
    await world.pass(SECOND);
    expect([second, said.times]).toEqual([first + MINUTE, [first, first + MINUTE]]);
    bob.skew = -60 * MINUTE;
    expect(probes.ask()).toBe(world.clock.now() + bob.skew);
    probes.advance();
    await world.pass(SECOND);
    expect(said.times).toHaveLength(3);
  });

  it("asks nothing while nothing can be sent, and makes a new plan on the next connection", async () => {
    await world.pass(60 * MINUTE);
    sync.canSend = false;
    probes.looking();
    probes.ask();
    probes.advance();
    await world.pass(20 * SECOND);
    expect(said.times).toEqual([]);
    sync.canSend = true;
    probes.advance();
    await world.pass(SECOND);
    expect(said.times).toHaveLength(1);
    await world.pass(60 * MINUTE);
    probes.looking();
    probes.offline();
    await world.pass(20 * SECOND);
    expect(said.times).toHaveLength(1);
    probes.advance();
    await world.pass(11 * SECOND);
    expect(said.times).toHaveLength(2);
  });
});

describe("a device that is asked whether the list is as it sees it", () => {
  let answers: ProbeAnswers;
  let decided: unknown[];
  let outcome: () => ReturnType<typeof failed> | ReturnType<typeof done>;

  function answering(home: Home): ProbeAnswers {
    const work = workOf(home);
    decided = [];
    outcome = () => done({ done: true, seq: 1 });
    const decide = (wanted: unknown, options: unknown) => {
      decided.push([wanted, options]);
      return Promise.resolve(outcome());
    };
    const worker = new ProbeAnswers(work, sync as never, { decide } as never, said.sender as never);
    worker.mount();
    return worker;
  }

  async function ask(n: number, change: object = {}): Promise<void> {
    answers.heard(probe(change), n);
    answers.advance();
    await world.pass(10 * SECOND);
  }

  const heardOf = (home: Home, seen: number | null, isIdle = true): RoomEvent =>
    ({ type: "sign", sign: { person: home.client.person, seen, isIdle } }) as never;

  it("answers once, where its word counts; where it does not it says nothing", async () => {
    answers = answering(alice);
    await ask(10);
    expect(said.kinds).toEqual([ProtocolKind.beat]);
    answers.advance();
    await world.pass(5 * MINUTE);
    expect(said.times).toHaveLength(1);
    answers = answering(bob);
    await ask(10);
    expect(said.times).toHaveLength(1);
  });

  it("answers twice in forty seconds, however often it is asked, and then each forty seconds once more", async () => {
    answers = answering(alice);
    const began = world.clock.now();
    for (let n = 10; n < 30; n++) await ask(n);
    const at = said.times.map((time) => Math.round((time - began) / SECOND));
    expect(at.slice(0, 2)).toEqual([0, 10]);
    expect(said.times.length).toBeGreaterThan(4);
    for (let n = 2; n < said.times.length; n++)
      expect(said.times[n]! - said.times[n - 2]!).toBeGreaterThanOrEqual(40 * SECOND);
  });

  it("answers no question of an older epoch, nor one from long before it was here, nor one that nobody waits for any more", async () => {
    answers = answering(alice);
    await ask(10, { late: true });
    sync.isLive = false;
    for (const time of [-11, 11]) await ask(11, { time: world.clock.now() + time * MINUTE });
    expect(said.times).toEqual([]);
    await ask(12, { time: world.clock.now() - 9 * MINUTE });
    expect(said.times).toHaveLength(1);
    // What comes now is answered, whatever its author's clock says.
    sync.isLive = true;
    await world.pass(MINUTE);
    await ask(13, { time: world.clock.now() - 60 * MINUTE });
    expect(said.times).toHaveLength(2);
    await world.pass(MINUTE);
    sync.canSend = false;
    await ask(14);
    await world.pass(11 * MINUTE);
    sync.canSend = true;
    answers.advance();
    await world.pass(MINUTE);
    expect(said.times).toHaveLength(2);
  });

  it("says nothing more, once it said something anyway, or those suffice who did", async () => {
    answers = answering(alice);
    answers.heard(probe(), 10);
    answers.heard({ type: "sent" } as never, 11);
    answers.advance();
    await world.pass(MINUTE);
    expect(said.times).toEqual([]);
    // What was said before the question is no answer.
    answers.heard(probe(), 20);
    answers.heard({ type: "sent" } as never, 20);
    answers.advance();
    await world.pass(MINUTE);
    expect(said.times).toHaveLength(1);
    // Alice's other device has answered; one that had not read so far, or is busy, has not.
    await world.pass(MINUTE);
    answers.heard(probe(), 30);
    answers.heard(heardOf(alice, 30), 31);
    answers.advance();
    await world.pass(MINUTE);
    expect(said.times).toHaveLength(1);
    for (const [seen, isIdle] of [
      [39, true],
      [null, true],
      [40, false],
    ] as const) {
      const before = said.times.length;
      await world.pass(MINUTE);
      answers.heard(probe(), 40);
      answers.heard(heardOf(alice, seen, isIdle), 41);
      answers.advance();
      await world.pass(MINUTE);
      expect(said.times).toHaveLength(before + 1);
    }
  });

  it("is not needed where eight have answered, whoever they are", async () => {
    answers = answering(alice);
    const stranger = (n: number): RoomEvent =>
      ({ type: "sign", sign: { person: new Uint8Array(32).fill(n), seen: 99, isIdle: true } }) as never;
    for (const count of [8, 7]) {
      answers.heard(probe(), 10);
      for (let n = 1; n <= count; n++) answers.heard(stranger(n), 11);
      answers.advance();
      await world.pass(MINUTE);
      expect(said.times).toHaveLength(8 - count);
    }
  });

  it("waits until its own commit is in the log; where it gave one up, it makes new keys first, and not again at once in vain", async () => {
    answers = answering(alice);
    const { room } = driving(alice).state;
    let [pending, hasWithdrawn]: [object | null, boolean] = [{}, false];
    Object.defineProperty(room, "pending", { get: () => pending });
    Object.defineProperty(room, "hasWithdrawn", { get: () => hasWithdrawn });
    await ask(10);
    expect(said.times).toEqual([]);
    pending = null;
    answers.advance();
    await world.pass(SECOND);
    expect(said.times).toHaveLength(1);
    hasWithdrawn = true;
    outcome = () => failed({ kind: "starved" });
    await world.pass(MINUTE);
    await ask(20);
    expect(decided).toEqual([[{ type: "rekey" }, { mayPropose: false }]]);
    await world.pass(50 * MINUTE);
    await ask(30);
    expect([decided.length, said.times.length]).toEqual([1, 1]);
    await world.pass(10 * MINUTE);
    outcome = () => done({ done: true, seq: 1 });
    await ask(40);
    expect(decided.length).toBeGreaterThan(1);
    hasWithdrawn = false;
    answers.advance();
    await world.pass(SECOND);
    expect(said.times).toHaveLength(2);
    expect(toHex(room!.self.person)).toBe(toHex(alice.client.person));
  });
});
