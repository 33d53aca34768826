import { done, failed, toHex } from "@conclave/codec";
import { LeafKey, PersonId, ProtocolKind, type RoomEvent } from "@conclave/protocol";
import { beforeEach, describe, expect, it } from "vitest";
import { electionRank } from "../src/work/electionRank.js";
import { ProbeAnswers } from "../src/work/probeAnswers.js";
import { driving, probe, Said, workOf } from "./scripted.js";
import { type Home, twoIn, World } from "./world.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;

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
    answers.heard(probe(world, change), n);
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
    answers.heard(probe(world), 10);
    answers.heard({ type: "sent" } as never, 11);
    answers.advance();
    await world.pass(MINUTE);
    expect(said.times).toEqual([]);
    // What was said before the question is no answer.
    answers.heard(probe(world), 20);
    answers.heard({ type: "sent" } as never, 20);
    answers.advance();
    await world.pass(MINUTE);
    expect(said.times).toHaveLength(1);
    // Alice's other device has answered; one that had not read so far, or is busy, has not.
    await world.pass(MINUTE);
    answers.heard(probe(world), 30);
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
      answers.heard(probe(world), 40);
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
      answers.heard(probe(world), 10);
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

  it("takes nothing else that is said for a question", async () => {
    answers = answering(alice);
    await ask(10, { kind: `${ProtocolKind.probe}s` });
    await ask(11, { kind: ProtocolKind.beat });
    expect(said.times).toEqual([]);
  });

  it("tells how old a question is that it missed by what others say of its clock; ten minutes are the end of it", async () => {
    answers = answering(alice);
    sync.isLive = false;
    Object.defineProperty(driving(alice).state.clock, "correction", { get: () => 20 * MINUTE });
    await ask(10, { time: world.clock.now() + 9 * MINUTE });
    await ask(11, { time: world.clock.now() });
    await ask(12, { time: world.clock.now() - 20 * MINUTE });
    expect(said.times).toEqual([]);
    await ask(13, { time: world.clock.now() + 10 * MINUTE });
    expect(said.times).toHaveLength(1);
    await world.pass(MINUTE);
    sync.isLive = true;
    sync.canSend = false;
    answers.heard(probe(world), 14);
    await world.pass(10 * MINUTE);
    sync.canSend = true;
    answers.advance();
    await world.pass(SECOND);
    expect(said.times).toHaveLength(2);
  });

  /** Alice's room with so many owners, and as many members whose word counts for nothing; it takes `needed` of the owners. */
  function crowd(owners: number, needed: number): (round: number) => number {
    const { state } = driving(alice);
    const { roster, self } = state.room!;
    const { freshness } = state;
    const [someone] = [...roster.members.values()].filter(({ role }) => role === "owner");
    const member = (n: number, role: "owner" | "member") => {
      const [device] = someone!.devices;
      const person = PersonId.of(new Uint8Array(32).fill(n));
      return [toHex(person), { ...someone!, person, role, devices: [{ ...device!, leaf: leafOf(n) }] }] as const;
    };
    const others = Array.from({ length: owners - 1 }, (_, n) => member(2 * n + 1, "owner"));
    const mere = Array.from({ length: owners }, (_, n) => member(2 * n + 2, "member"));
    const members = new Map([[toHex(self.person), someone!] as const, ...others]);
    const value = { ...roster, members: new Map([...members, ...mere]) };
    Object.defineProperty(state.room, "roster", { value, configurable: true });
    Object.defineProperty(freshness, "needed", { get: () => needed, configurable: true });
    return (round) => Math.max(0, electionRank({ members }, self.leaf, round) - needed);
  }
  const leafOf = (n: number) => LeafKey.of(new Uint8Array(32).fill(n));

  it("answers in its turn among those whose word counts: as many as it takes at once, each of the others two seconds later", async () => {
    answers = answering(alice);
    for (const needed of [2, 0]) {
      const turn = crowd(6, needed);
      const [late, expected]: number[][] = [[], []];
      for (let n = 10; n < 16; n++) {
        await world.pass(2 * MINUTE);
        const began = world.clock.now();
        answers.heard(probe(world), n);
        answers.advance();
        await world.pass(30 * SECOND);
        late!.push(said.times.at(-1)! - began);
        expected!.push(2 * SECOND * turn(n));
      }
      expect(late).toEqual(expected);
      expect(new Set(late).size).toBeGreaterThan(2);
    }
  });

  it("RULE freshness.every-turn: waits for its turn since the first question that is open, however many follow", async () => {
    answers = answering(alice);
    const turn = crowd(6, 0);
    const first = [10, 11, 12, 13, 14, 15].find((n) => turn(n) === 5)!;
    const began = world.clock.now();
    for (let n = 0; n < 20; n++) {
      answers.heard(probe(world), first + n);
      answers.advance();
      await world.pass(SECOND);
      if (said.times.length > 0) break;
    }
    expect(said.times[0]! - began).toBe(10 * SECOND);
  });

  it("makes new keys again for the next question where they were made, and after an hour where they were not", async () => {
    answers = answering(alice);
    let hasWithdrawn = true;
    Object.defineProperty(driving(alice).state.room, "hasWithdrawn", { get: () => hasWithdrawn });
    const deciding = () => {
      hasWithdrawn = false;
      return done({ done: true, seq: 1 });
    };
    for (let n = 10; n < 13; n++) {
      hasWithdrawn = true;
      outcome = deciding;
      await world.pass(2 * MINUTE);
      await ask(n);
      answers.advance();
      await world.pass(SECOND);
      expect([decided.length, said.times.length]).toEqual([n - 9, n - 9]);
    }
    hasWithdrawn = true;
    outcome = () => failed({ kind: "starved" });
    await world.pass(2 * MINUTE);
    answers.heard(probe(world), 20);
    answers.advance();
    await world.pass(0);
    expect(decided).toHaveLength(4);
    await world.pass(55 * MINUTE);
    answers.heard(probe(world), 21);
    await world.pass(5 * MINUTE - 1);
    answers.advance();
    await world.pass(0);
    expect(decided).toHaveLength(4);
    await world.pass(1);
    answers.advance();
    await world.pass(0);
    expect(decided).toHaveLength(5);
  });
});
