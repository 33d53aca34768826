import { ProtocolKind, type RoomEvent } from "@conclave/protocol";
import { beforeEach, describe, expect, it } from "vitest";
import { Probes } from "../src/work/probes.js";
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
    probes.heard(probe(world));
    probes.looking();
    await world.pass(MINUTE);
    expect(said.times).toEqual([]);
    // Also where it was about to ask itself.
    await world.pass(60 * MINUTE);
    probes.looking();
    probes.heard(probe(world));
    probes.advance();
    await world.pass(MINUTE);
    expect(said.times).toEqual([]);
    await world.pass(10 * MINUTE);
    probes.heard(probe(world, { late: true }));
    probes.looking();
    await world.pass(MINUTE);
    expect(said.times).toHaveLength(1);
  });

  it("asks by itself where somebody answered another, and their clock was never held against this one", async () => {
    const sign = (person: Uint8Array): RoomEvent => ({ type: "sign", sign: { person } }) as never;
    await world.pass(60 * MINUTE);
    probes.heard(probe(world));
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

  /** Draws the shortest pause, or one in the middle. */
  const draw = (first: number) => {
    const { ports } = driving(bob).state;
    Object.assign(ports, { random: (length: number) => new Uint8Array(length).fill(first, 0, 1) });
  };
  const confirmed = (since: number | null) => {
    const { freshness } = driving(bob).state;
    freshness.cover = () => (since === null ? null : { since, by: [alice.client.person] });
  };

  it("asks once nine minutes have gone by since the list was confirmed, however it was, and not before", async () => {
    const began = world.clock.now();
    confirmed(began);
    draw(0);
    for (let n = 0; n < 9; n++) {
      probes.looking();
      await world.pass(MINUTE - 1);
    }
    expect(said.times).toEqual([]);
    await world.pass(9);
    expect(said.times).toEqual([began + 9 * MINUTE]);
  });

  it("makes a new plan where the list was confirmed while it left the question to others", async () => {
    await world.pass(60 * MINUTE);
    draw(128);
    confirmed(world.clock.now() - 9 * MINUTE);
    probes.looking();
    await world.pass(SECOND);
    confirmed(world.clock.now() - 8 * MINUTE);
    probes.advance();
    await world.pass(50 * SECOND);
    expect(said.times).toEqual([]);
    await world.pass(30 * SECOND);
    expect(said.times).toHaveLength(1);
  });

  it("takes nothing else that is said for a question", async () => {
    await world.pass(60 * MINUTE);
    probes.heard(probe(world, { kind: ProtocolKind.beat }));
    probes.looking();
    await world.pass(20 * SECOND);
    expect(said.times).toHaveLength(1);
  });

  it("asks no more two minutes after somebody looked, also where nothing could be sent while they did", async () => {
    await world.pass(60 * MINUTE);
    draw(0);
    for (const [minutes, asked] of [
      [2, 0],
      [1, 1],
    ] as const) {
      sync.canSend = false;
      probes.looking();
      await world.pass(minutes * MINUTE);
      sync.canSend = true;
      probes.advance();
      await world.pass(MINUTE);
      expect(said.times).toHaveLength(asked);
    }
  });

  it("asks nobody where nobody's word is needed, or more people's than anybody waits for", async () => {
    await world.pass(60 * MINUTE);
    const { freshness } = driving(bob).state;
    let needed: number | null = 0;
    Object.defineProperty(freshness, "needed", { get: () => needed });
    for (const [count, asked] of [
      [0, 0],
      [null, 0],
      [1, 1],
    ] as const) {
      needed = count;
      probes.looking();
      await world.pass(MINUTE);
      expect(said.times).toHaveLength(asked);
    }
  });

  it("asks where one of several answered others whose clock was never held against this one, though the rest said nothing", async () => {
    const sign = (person: Uint8Array): RoomEvent => ({ type: "sign", sign: { person } }) as never;
    const { state } = driving(bob);
    const people = [alice.client.person, bob.client.person];
    const { roster } = state.room!;
    const owners = [...roster.members].map(([id, member]) => [id, { ...member, role: "owner" as const }] as const);
    Object.defineProperty(state.room, "roster", { value: { ...roster, members: new Map(owners) } });
    await world.pass(60 * MINUTE);
    for (const [isDated, asked] of [
      [true, 0],
      [false, 1],
    ] as const) {
      probes.heard(probe(world));
      state.signs.isDated = () => isDated;
      probes.heard(sign(people[0]!));
      probes.looking();
      await world.pass(MINUTE);
      expect(said.times).toHaveLength(asked);
    }
  });

  it("leaves it longer to others the more there are: of a thousand few are early", async () => {
    draw(64);
    const { state } = driving(bob);
    const { roster } = state.room!;
    const began: number[] = [];
    for (const count of [2, 1000]) {
      const [someone] = [...roster.members.values()];
      const more = Array.from({ length: count - 2 }, (_, n) => [String(n), { ...someone!, role: "member" }] as const);
      const members = new Map([...roster.members, ...more]);
      Object.defineProperty(state.room, "roster", { value: { ...roster, members }, configurable: true });
      await world.pass(60 * MINUTE);
      began.push(world.clock.now());
      probes.looking();
      await world.pass(MINUTE);
    }
    const [few, many] = said.times.map((time, at) => time - began[at]!);
    expect(few).toBeLessThan(6 * SECOND);
    expect(many).toBeGreaterThan(few! + 2 * SECOND);
  });
});
