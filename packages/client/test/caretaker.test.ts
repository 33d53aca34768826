import { done, failed, toHex, type Result } from "@conclave/codec";
import type { Problem } from "@conclave/client";
import type { CommitRequest } from "@conclave/protocol";
import { beforeEach, describe, expect, it } from "vitest";
import { Caretaker } from "../src/work/caretaker.js";
import { electionRank } from "../src/work/electionRank.js";
import type { RoomState } from "../src/work/roomState.js";
import { driving, passFor, workOf } from "./scripted.js";
import { type Home, twoIn, World } from "./world.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const id = (n: number) => new Uint8Array(32).fill(n);
const title = (text: string): CommitRequest => ({ type: "setTitle", title: text });
const starved: Problem = { kind: "starved", losses: 3, by: [] };

/** What one of the room's proposals is, as the room lists it. */
interface Asked {
  readonly action: CommitRequest;
  readonly actionHash: Uint8Array;
  readonly by: Uint8Array;
  readonly isAgreed: boolean;
  readonly isWanted: boolean;
}

describe("what a device does that is owed", () => {
  let world: World;
  let alice: Home;
  let bob: Home;
  let state: RoomState;
  let work: ReturnType<typeof workOf>;
  let caretaker: Caretaker;
  let sync: { canSend: boolean; isLive: boolean; lagged: () => void };
  let decided: { readonly action: CommitRequest; readonly at: number; readonly options: unknown }[];
  let outcome: (action: CommitRequest) => Result<unknown, Problem>;
  let farewells: Uint8Array[];
  let proposals: Asked[];
  let requests: { known: { ask: { leaf: Uint8Array; leafCert: Uint8Array } }[]; removed: number[] };
  let wayBack: CommitRequest | null;
  let seq: number;
  let signs: number[];
  let said: unknown[];

  beforeEach(async () => {
    world = new World();
    [alice, bob] = await twoIn(world);
    await world.pass(2 * MINUTE);
    work = workOf(alice);
    driving(bob).stop();
    ({ state } = work);
    [decided, farewells, proposals, signs, said] = [[], [], [], [], []];
    wayBack = null;
    requests = { known: [], removed: [] };
    outcome = () => done({ done: true, seq });
    sync = { canSend: true, isLive: true, lagged: () => void signs.push(world.clock.now()) };
    const room = state.room!;
    ({ seq } = room.roster);
    room.farewells = () => farewells as never;
    room.proposals.list = () => proposals as never;
    shape({});
    const decisions = {
      decide: (action: CommitRequest, options: unknown) => {
        decided.push({ action, at: world.clock.now(), options });
        return Promise.resolve(outcome(action));
      },
    };
    const listed = {
      get known() {
        return requests.known;
      },
      findLeaf: (leafCert: Uint8Array) =>
        requests.known.some(({ ask }) => ask.leafCert === leafCert)
          ? { ask: "the request", item: { request: 7 } }
          : null,
      remove: (request: number) => Promise.resolve(requests.removed.push(request)),
    };
    const returns = {
      get due() {
        return wayBack;
      },
    };
    const sender = { addSealed: (_tx: unknown, sealed: unknown) => void said.push(sealed) };
    caretaker = new Caretaker(
      work,
      sync as never,
      decisions as never,
      listed as never,
      returns as never,
      sender as never,
    );
    caretaker.mount();
  });

  /** Changes what the roster says. */
  function shape(change: object): void {
    const room = state.room!;
    const { roster } = room;
    const value = Object.defineProperty({ ...roster, ...change }, "seq", { get: () => seq });
    Object.defineProperty(room, "roster", { value, configurable: true });
  }

  /** Those who are in the room: Alice, and these. */
  function people(...others: { n: number; role?: string; addedBy?: Uint8Array; leaf?: number }[]): void {
    const { person } = alice.client;
    const [someone] = [...state.room!.roster.members.values()].filter((each) => toHex(each.person) === toHex(person));
    const all = others.map(({ n, role = "member", addedBy = id(99), leaf = n }) => {
      const devices = [{ ...someone!.devices[0]!, leaf: id(leaf) }];
      return [toHex(id(n)), { ...someone!, person: id(n), role, addedBy, devices }] as const;
    });
    shape({ members: new Map([[toHex(person), someone!], ...(all as never[])]) });
  }

  /** What was decided in so many milliseconds. */
  async function within(ms: number): Promise<typeof decided> {
    await passFor(world, work, caretaker, ms);
    return decided.splice(0);
  }

  const types = (all: readonly CommitRequest[]) => all.map(({ type }) => type);
  const asked = (n: number, change: Partial<Asked> = {}): Asked => ({
    ...{ action: title(String(n)), actionHash: id(n), by: bob.client.person, isAgreed: true, isWanted: true },
    ...change,
  });

  it("is first to let others go, and then what was agreed to, who may come in, new keys, and the way back", () => {
    farewells = [bob.client.person];
    proposals = [asked(1), asked(2, { isWanted: false }), asked(3, { isAgreed: false }), asked(4)];
    wayBack = title("way back");
    expect(caretaker.due).toEqual([
      { type: "leave", person: bob.client.person },
      title("1"),
      title("4"),
      title("way back"),
    ]);
    // RULE client.farewell-last
    state.leaving = 1;
    expect(types(caretaker.due)).toEqual(["leave"]);
    state.room = null;
    expect(caretaker.due).toEqual([]);
  });

  it("is nothing for its own person's farewell, nor a steward's for who let it in", () => {
    farewells = [alice.client.person];
    expect(caretaker.due).toEqual([]);
    const self = state.room!.roster.members.get(toHex(alice.client.person))!;
    farewells = [bob.client.person];
    const steward = { ...self, role: "steward", addedBy: bob.client.person };
    shape({ members: new Map([...state.room!.roster.members, [toHex(self.person), steward]]) });
    expect(caretaker.due).toEqual([]);
    farewells = [id(50), bob.client.person, id(51)];
    expect(caretaker.due).toHaveLength(2);
  });

  it("is an admission that was agreed to only while the request is there; it goes once it was decided, and not else", async () => {
    const leafCert = id(60);
    const action = { type: "add", leafCert, role: "member" } as CommitRequest;
    proposals = [asked(1, { action })];
    expect(caretaker.due).toEqual([]);
    requests.known = [{ ask: { leaf: id(61), leafCert } }];
    expect(types(caretaker.due)).toEqual(["add"]);
    outcome = () => failed({ kind: "unreachable" });
    await within(3 * SECOND);
    expect(requests.removed).toEqual([]);
    outcome = () => {
      proposals = [];
      return done({});
    };
    const tries = await within(MINUTE);
    expect(requests.removed).toEqual([7]);
    expect(tries.at(-1)!.options).toEqual({ request: "the request", mayPropose: false });
    // Nothing else is looked for among the requests.
    proposals = [asked(2)];
    outcome = () => {
      proposals = [];
      return done({});
    };
    expect((await within(MINUTE))[0]!.options).toEqual({ request: null, mayPropose: false });
    expect(requests.removed).toEqual([7]);
  });

  it("has an end: idle is who is owed nothing, or cannot send; a decision on its way is not idle", async () => {
    expect(caretaker.isIdle).toBe(true);
    proposals = [asked(1, { by: alice.client.person })];
    expect(caretaker.isIdle).toBe(false);
    sync.canSend = false;
    expect(caretaker.isIdle).toBe(true);
    sync.canSend = true;
    let end: (value: Result<unknown, Problem>) => void = () => undefined;
    outcome = () => {
      proposals = [];
      return new Promise((resolve) => (end = resolve)) as never;
    };
    await within(100);
    expect([caretaker.isIdle, decided.length]).toEqual([false, 0]);
    end(done({}));
    await within(100);
    expect(caretaker.isIdle).toBe(true);
  });

  it("is done at once by who asked for it, by the others in turn, and by nobody later than after a minute", async () => {
    // Half a step, as drawn, behind those before it.
    Object.assign(state.ports, { random: (length: number) => new Uint8Array(length).fill(128, 0, 1) });
    for (const count of [0, 3, 100]) {
      people(...Array.from({ length: count }, (_, n) => ({ n: n + 1 })));
      for (let round = 0; round < 4; round++) {
        proposals = [asked(1)];
        outcome = () => {
          proposals = [];
          return done({});
        };
        seq += 23;
        const began = world.clock.now();
        const [first] = await within(62 * SECOND);
        const { roster, self } = state.room!;
        const turn = 1500 * (electionRank(roster, self.leaf, seq) + 0.5);
        expect(first!.at - began).toBe(Math.min(60_000, turn));
      }
    }
    proposals = [asked(1, { by: alice.client.person })];
    const began = world.clock.now();
    expect((await within(SECOND))[0]!.at).toBe(began);
  });

  it("RULE client.starved-slower: is left longer the oftener it was lost, up to half a minute, and not after something else", async () => {
    proposals = [asked(1, { by: alice.client.person })];
    const once = (error: Problem) => () => {
      sync.canSend = false;
      return failed(error);
    };
    outcome = once(starved);
    const pauses: number[] = [];
    await within(0);
    for (let lost = 1; lost <= 12; lost++) {
      // Each loss comes with a change of others, which is new work.
      seq++;
      sync.canSend = true;
      const began = world.clock.now();
      const [next] = await within(40 * SECOND);
      pauses.push(next!.at - began);
    }
    expect(pauses.slice(0, 5)).toEqual([3000, 6000, 12_000, 24_000, 30_000]);
    expect(new Set(pauses.slice(4))).toEqual(new Set([30_000]));
    outcome = once({ kind: "unreachable" });
    seq++;
    sync.canSend = true;
    await within(31 * SECOND);
    seq++;
    sync.canSend = true;
    const began = world.clock.now();
    expect((await within(SECOND))[0]!.at).toBe(began);
  });

  it("is tried once where it is refused, and again when the roster has changed; what else goes wrong ever more slowly", async () => {
    proposals = [asked(1, { by: alice.client.person })];
    outcome = () => failed({ kind: "refused", rejection: { code: "not_allowed" } });
    expect(await within(10 * MINUTE)).toHaveLength(1);
    expect(caretaker.isIdle).toBe(true);
    seq++;
    expect(await within(10 * MINUTE)).toHaveLength(1);
    seq++;
    outcome = () => failed({ kind: "unreachable" });
    const tries = (await within(10 * MINUTE)).map(({ at }) => at);
    expect(tries.length).toBeGreaterThan(5);
    const pauses = tries.slice(1).map((at, n) => at - tries[n]!);
    expect(Math.max(...pauses)).toBeGreaterThan(4 * pauses[0]!);
  });

  it("counts the new keys that it made, and nothing else", async () => {
    const newest = { n: state.room!.lastCommit, decision: { action: { type: "add" }, by: id(5), person: id(5) } };
    Object.defineProperty(state.decisionLog, "entries", { get: () => [newest] });
    outcome = () => failed({ kind: "unreachable" });
    expect((await within(4 * SECOND)).map(({ action }) => action)).toEqual(expect.arrayContaining([{ type: "rekey" }]));
    expect(caretaker.rekeys).toBe(0);
    outcome = () => {
      newest.n = 0;
      return done({});
    };
    await within(MINUTE);
    expect(caretaker.rekeys).toBe(1);
    proposals = [asked(1)];
    outcome = () => {
      proposals = [];
      return done({});
    };
    await within(MINUTE);
    expect(caretaker.rekeys).toBe(1);
  });

  it("is new keys only for who came in by themself, by the newest commit, and for others", () => {
    const { lastCommit } = state.room!;
    const newest = (n: number, type: string, by: Uint8Array, person: Uint8Array | null) => {
      const entries = [{ n, decision: { action: { type }, by, person } }];
      Object.defineProperty(state.decisionLog, "entries", { get: () => entries, configurable: true });
      return types(caretaker.due);
    };
    for (const type of ["add", "return", "reseat"]) expect(newest(lastCommit, type, id(5), id(5))).toEqual(["rekey"]);
    expect(newest(lastCommit, "add", id(5), id(6))).toEqual([]);
    expect(newest(lastCommit, "setRole", id(5), id(5))).toEqual([]);
    expect(newest(lastCommit, "return", id(5), null)).toEqual([]);
    expect(newest(lastCommit - 1, "add", id(5), id(5))).toEqual([]);
    expect(newest(lastCommit, "add", alice.client.person, alice.client.person)).toEqual([]);
    Object.defineProperty(state.room, "lastCommit", { value: 0 });
    expect(newest(0, "add", id(5), id(5))).toEqual([]);
    Object.defineProperty(state.decisionLog, "entries", { get: () => [], configurable: true });
    expect(caretaker.due).toEqual([]);
  });

  describe("a steward", () => {
    /** When the links end, by our clock; null: never. */
    function linksEnd(role: string, ...ends: (number | null)[]): void {
      const members = new Map(state.room!.roster.members);
      members.set(toHex(alice.client.person), {
        ...members.get(toHex(alice.client.person))!,
        role: role as never,
        addedBy: bob.client.person,
      });
      const openInvites = new Map(ends.map((notAfter, n) => [String(n), { notAfter }]));
      shape({ members, openInvites });
    }
    let relayTime: number;
    let doubt: object | null;
    beforeEach(() => {
      [relayTime, doubt] = [world.clock.now(), null];
      state.clock.isBehindRelay = (time) => relayTime > time;
      Object.defineProperty(state.clock, "doubt", { get: () => doubt });
      outcome = () => {
        linksEnd("steward");
        return done({});
      };
    });

    it("RULE client.tick-two-clocks: closes links whose time is over by its clock and the relay's, and nobody else does", async () => {
      const now = world.clock.now();
      linksEnd("steward", null, now + MINUTE);
      expect(types(caretaker.due)).toEqual([]);
      await world.pass(MINUTE);
      relayTime = now + 2 * MINUTE;
      // To the millisecond it is not over yet.
      expect(types(caretaker.due)).toEqual([]);
      await world.pass(1);
      expect(types(caretaker.due)).toEqual(["tick"]);
      doubt = { ahead: 0 };
      expect(types(caretaker.due)).toEqual([]);
      doubt = null;
      linksEnd("owner", now + MINUTE);
      expect(types(caretaker.due)).toEqual([]);
      linksEnd("steward", now + MINUTE);
      relayTime = now;
      expect(types(caretaker.due)).toEqual([]);
    });

    it("has the relay sign its time where only its own clock says so, ever more slowly, and not once it is leaving", async () => {
      const now = world.clock.now();
      relayTime = now - HOUR;
      linksEnd("steward", now - 1);
      await within(10 * MINUTE);
      expect(decided).toEqual([]);
      expect(signs[0]).toBe(now);
      expect(signs.length).toBeGreaterThan(5);
      expect(signs.length).toBeLessThan(60);
      state.leaving = 1;
      signs.length = 0;
      await within(10 * MINUTE);
      expect(signs).toEqual([]);
      state.leaving = null;
      relayTime = now;
      expect(await within(10 * SECOND)).toHaveLength(1);
    });

    it("wakes by itself when the next link ends, the first of several, or after a day at most; not without a connection", async () => {
      const now = world.clock.now();
      relayTime = Number.POSITIVE_INFINITY;
      linksEnd("steward", now + 5 * HOUR, now + HOUR, now + 9 * HOUR, null);
      caretaker.advance();
      await world.pass(HOUR + 10 * SECOND);
      expect(decided.map(({ action }) => action.type)).toEqual(["tick"]);
      expect(decided[0]!.at).toBeLessThanOrEqual(now + HOUR + 3 * SECOND);
      const looks: number[] = [];
      const { clock } = state;
      const timeOf = clock.timeOf.bind(clock);
      clock.timeOf = (time) => {
        looks.push(world.clock.now());
        return timeOf(time);
      };
      const later = world.clock.now();
      linksEnd("steward", later + 1000 * HOUR);
      caretaker.advance();
      looks.length = 0;
      await world.pass(24 * HOUR + MINUTE);
      expect(new Set(looks)).toEqual(new Set([later + 24 * HOUR]));
      caretaker.offline();
      looks.length = 0;
      await world.pass(50 * HOUR);
      expect(looks).toEqual([]);
    });
  });

  describe("who is leaving", () => {
    beforeEach(() => {
      state.leaving = 1;
      Object.defineProperty(state.room, "isFarewellKept", { value: true, configurable: true });
    });

    it("goes by themself where nobody else is left but their own stewards", async () => {
      people({ n: 1 });
      state.decisionLog.find = () => null;
      state.room!.stay = () => failed({ code: "not_allowed" });
      await within(SECOND);
      expect(state.phase.is).toBe("member");
      people({ n: 1, role: "steward" });
      await within(SECOND);
      expect(state.phase.is).toBe("member");
      people({ n: 1, role: "steward", addedBy: alice.client.person });
      await within(SECOND);
      expect(state.phase).toMatchObject({ is: "out", why: "left" });
      expect(state.leaving).toBe(null);
    });

    it("and not where they stay, alone or not", async () => {
      state.leaving = null;
      people();
      await within(MINUTE);
      expect([state.phase.is, decided, said]).toEqual(["member", [], []]);
    });

    it("RULE client.farewell-kept: stays where others would be left without an owner, once that is said", async () => {
      // Alice is the only owner, and Bob a member.
      const stay = state.room!.stay.bind(state.room);
      state.room!.stay = () => failed({ code: "not_allowed" });
      await within(10 * SECOND);
      expect([state.leaving, said]).toEqual([1, []]);
      state.room!.stay = () => done("we stay") as never;
      await within(MINUTE);
      expect([state.leaving, said]).toEqual([null, ["we stay"]]);
      expect(stay).toBeTypeOf("function");
    });

    it("RULE client.farewell-kept: does not stay where there is another owner, or nobody else decides; first others are let go", async () => {
      state.room!.stay = () => done("we stay") as never;
      people({ n: 1, role: "owner" });
      await within(MINUTE);
      expect([state.leaving, said]).toEqual([1, []]);
      people({ n: 1 });
      shape({ sealed: true });
      await within(MINUTE);
      expect([state.leaving, said]).toEqual([1, []]);
      shape({ sealed: false });
      farewells = [id(1)];
      outcome = () => {
        farewells = [];
        return done({});
      };
      const [first] = await within(MINUTE);
      expect(first!.action).toEqual({ type: "leave", person: id(1) });
      expect([state.leaving, said]).toEqual([null, ["we stay"]]);
    });

    it("RULE client.farewell-again: says it again by a leaf that came after it, until it is said; not by the one that said it", async () => {
      people({ n: 1, role: "owner" });
      let [isSaid, addedAt] = [false, 2];
      Object.defineProperty(state.room, "isFarewellKept", { get: () => isSaid });
      const member = state.room!.roster.members.get(toHex(alice.client.person))!;
      state.decisionLog.find = (wanted) =>
        member.devices.some(({ addedSeq }) => addedSeq === wanted) ? ({ n: addedAt } as never) : null;
      state.room!.farewell = () => failed({ code: "not_allowed" });
      await within(SECOND);
      state.room!.farewell = () => {
        isSaid = true;
        return done("we go") as never;
      };
      addedAt = 1;
      await within(MINUTE);
      expect(said).toEqual([]);
      addedAt = 2;
      await within(MINUTE);
      expect(said).toEqual(["we go"]);
      isSaid = false;
      state.leaving = null;
      await within(MINUTE);
      expect(said).toEqual(["we go"]);
    });
  });
});
