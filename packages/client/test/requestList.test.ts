import { done, failed, toHex } from "@conclave/codec";
import { beforeEach, describe, expect, it } from "vitest";
import { JoinRequests } from "../src/work/joinRequests.js";
import type { RoomState } from "../src/work/roomState.js";
import { driving, passFor, workOf } from "./scripted.js";
import { twoIn, World } from "./world.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** A request at the relay: by whom, where the answer is to go, and what this device finds when it opens it. */
interface AtRelay {
  readonly request: number;
  readonly isPlea?: boolean;
  readonly person?: number;
  readonly inbox?: number;
  readonly age?: "fresh" | "ahead" | "old";
  /** It cannot be opened; `junk`: by nobody. */
  readonly closed?: "junk" | "ours";
}
type Asked = { readonly type: string; readonly [field: string]: unknown };

const id = (n: number) => new Uint8Array(32).fill(n & 255).fill(n >> 8, 0, 1);
const error = (name: string, retryAfter = 0) => ({ type: "error", error: name, retryAfter, position: null });

describe("the requests that wait at the relay", () => {
  let world: World;
  let state: RoomState;
  let work: ReturnType<typeof workOf>;
  let connection: { welcome: object | null; number: number };
  let sync: { canAsk: boolean; canSend: boolean; hindrance: object | null };
  let worker: JoinRequests;
  let there: AtRelay[];
  let asked: Asked[];
  /** What it says instead of what is so; null for that. */
  let says: (body: Asked) => object | null;
  let pageSize: number;
  let opened: number[];
  let denied: object | null;
  let proofs: number;

  beforeEach(async () => {
    world = new World();
    const [alice, bob] = await twoIn(world);
    await world.pass(2 * MINUTE);
    work = workOf(alice);
    driving(bob).stop();
    ({ state } = work);
    [there, asked, opened, proofs, pageSize, denied] = [[], [], [], 0, 100, { inboxId: id(1) }];
    says = () => null;
    sync = { canAsk: true, canSend: true, hindrance: null };
    connection = Object.assign(work.connection, {
      ...{ welcome: {}, number: 1 },
      request: (body: Asked) => {
        asked.push(body);
        return Promise.resolve(says(body) ?? relay(body));
      },
    });
    Object.assign(state.room!.requests, {
      open: (blob: Uint8Array) => {
        const request = blob[0]! * 256 + blob[1]!;
        opened.push(request);
        const { person = request, inbox = 1, closed } = there.find((each) => each.request === request)!;
        if (closed !== undefined) return failed(closed);
        return done({ request, person: id(person), leaf: id(person), leafCert: id(person), inboxPub: id(inbox) });
      },
      isJunk: (why: string) => why === "junk",
      ageOf: ({ request }: { request: number }) => there.find((each) => each.request === request)?.age ?? "fresh",
      deny: () => denied,
    });
    const proof = { give: () => proofs++ };
    worker = new JoinRequests(work, sync as never, proof as never);
    worker.mount();
  });

  function relay({ type, request, after }: Asked): object {
    if (type !== "listRequests") {
      there = there.filter((each) => each.request !== request);
      return { type: "done" };
    }
    const rest = there.filter((each) => each.request > (after as number));
    const requests = rest.slice(0, pageSize).map((each) => ({
      ...{ request: each.request, slotId: each.isPlea === true ? null : id(9) },
      blob: new Uint8Array([each.request >> 8, each.request & 255]),
    }));
    return { type: "requests", requests, more: rest.length > pageSize };
  }

  /** What the relay was asked in so many milliseconds. */
  async function within(ms: number): Promise<string[]> {
    await passFor(world, work, worker, ms);
    return asked
      .splice(0)
      .map(({ type, request }) => (request === undefined ? type : `${type} ${String(request as number)}`));
  }
  const known = () => worker.known.map(({ item }) => item.request);
  const requests = (from: number, to: number, change: Partial<AtRelay> = {}) =>
    Array.from({ length: to - from + 1 }, (_, n) => ({ request: from + n, ...change }));

  it("are asked for once on each connection, and when the relay says that there are new ones; not before the log was read", async () => {
    sync.canAsk = false;
    there = requests(1, 2);
    expect([await within(MINUTE), worker.isListed]).toEqual([[], false]);
    sync.canAsk = true;
    expect(await within(MINUTE)).toEqual(["listRequests"]);
    expect([known(), worker.isListed, proofs]).toEqual([[1, 2], true, 1]);
    there.push(...requests(3, 3));
    worker.changed();
    expect(worker.isListed).toBe(false);
    expect([await within(MINUTE), known()]).toEqual([["listRequests"], [1, 2, 3]]);
    connection.number = 2;
    expect(worker.isListed).toBe(false);
    expect(await within(MINUTE)).toEqual(["listRequests"]);
    // Each was opened once.
    expect(opened).toEqual([1, 2, 3]);
  });

  it("are asked for again after a sign of new ones that comes while they are read", async () => {
    let isFirst = true;
    says = () => {
      if (isFirst) worker.changed();
      isFirst = false;
      return null;
    };
    expect(await within(MINUTE)).toEqual(["listRequests", "listRequests"]);
  });

  it("are read page by page, until the last one or an empty one, and no more of them than a relay keeps", async () => {
    there = requests(1, 7);
    pageSize = 3;
    await within(SECOND);
    expect(known()).toEqual([1, 2, 3, 4, 5, 6, 7]);
    says = () => ({ type: "requests", requests: [], more: true });
    worker.changed();
    expect(await within(SECOND)).toEqual(["listRequests"]);
    expect(known()).toEqual([]);
    let last = 0;
    const page = () => {
      const items = Array.from({ length: 6000 }, () => ({ request: ++last, slotId: null, blob: new Uint8Array(2) }));
      return { type: "requests", requests: items, more: true };
    };
    says = page;
    worker.changed();
    expect(await within(SECOND)).toEqual(["listRequests", "listRequests", "listRequests"]);
    expect(worker.pleas).toHaveLength(64 * 256);
  });

  it.each([
    [error("rate_limited", 5000), { kind: "relay", error: "rate_limited", retryAfter: 5000 }],
    [{ type: "lost" }, { kind: "unreachable" }],
  ])("are asked for again where the relay does not give them (%o)", async (answer, problem) => {
    says = () => answer;
    expect(await worker.list()).toEqual(failed(problem));
    asked = [];
    await within(4900);
    const early = asked.length;
    expect(worker.isListed).toBe(false);
    says = () => null;
    await within(MINUTE);
    expect([worker.isListed, early]).toEqual([true, 0]);
    // On a new connection at once.
    says = () => {
      connection.number = 3;
      says = () => null;
      return answer;
    };
    connection.number = 2;
    expect(await within(0)).toEqual(["listRequests", "listRequests"]);
    says = () => {
      connection.welcome = null;
      return answer;
    };
    worker.changed();
    expect(await within(MINUTE)).toEqual(["listRequests"]);
    connection.welcome = {};
    says = () => null;
    expect(await within(0)).toEqual(["listRequests"]);
  });

  it("cannot be had without a connection, or a room", async () => {
    connection.welcome = null;
    expect(await worker.list()).toEqual(failed({ kind: "unreachable" }));
    connection.welcome = {};
    const { room } = state;
    state.room = null;
    expect(await worker.list()).toEqual(failed({ kind: "unreachable" }));
    expect(await worker.remove(1)).toEqual(failed({ kind: "not_member" }));
    expect(await worker.answerPlea(1, { inboxId: id(1), blob: id(2) } as never)).toEqual(
      failed({ kind: "not_member" }),
    );
    expect([worker.known, asked]).toEqual([[], []]);
    state.room = room;
  });

  it("are found by their number, or by the leaf that they bring; pleas are listed apart", async () => {
    there = [...requests(1, 3), { request: 4, isPlea: true }];
    await within(SECOND);
    expect(worker.find(2)?.item.request).toBe(2);
    expect(worker.findLeaf(id(3))?.item.request).toBe(3);
    expect([worker.find(4), worker.findLeaf(id(4))]).toEqual([null, null]);
    expect([known(), worker.pleas.map(({ request }) => request), opened]).toEqual([[1, 2, 3], [4], [1, 2, 3]]);
  });

  it("go when they are of somebody who is in, unless that one was never heard of and asks with another leaf", async () => {
    const [person] = [...state.room!.roster.members.values()];
    const isIn = (n: number) =>
      Object.defineProperty(state.room, "roster", {
        value: {
          ...state.room!.roster,
          members: new Map([[toHex(id(n)), person!]]),
          leaves: new Map(),
        },
        configurable: true,
      });
    isIn(1);
    there = requests(1, 2);
    expect(await within(SECOND)).toEqual(["listRequests", "deleteRequest 1"]);
    expect(known()).toEqual([2]);
    await world.run(state.transact((tx) => state.unheard.add(tx, id(1) as never)));
    there = requests(5, 5, { person: 1 });
    worker.changed();
    expect(await within(SECOND)).toEqual(["listRequests"]);
    expect(known()).toEqual([5]);
    (state.room!.roster.leaves as Map<string, string>).set(toHex(id(1)), "1");
    expect(known()).toEqual([]);
  });

  it("go when they are older than their person's leaving, and stay while what they rest on may still come, for a minute", async () => {
    there = [{ request: 1, age: "old" }, { request: 2, age: "ahead" }, { request: 3 }];
    expect(await within(SECOND)).toEqual(["listRequests", "deleteRequest 1"]);
    expect(known()).toEqual([3]);
    // RULE client.ahead-junk
    expect(await within(50 * SECOND)).toEqual([]);
    expect(await within(15 * SECOND)).toEqual(["listRequests", "deleteRequest 2"]);
    there = [{ request: 4, age: "ahead" }];
    worker.changed();
    await within(30 * SECOND);
    there = [{ request: 4, age: "fresh" }];
    expect(await within(MINUTE)).toEqual(["listRequests"]);
    expect(known()).toEqual([4]);
    // Under a number that was gone meanwhile the minute begins again.
    there = [{ request: 5, age: "ahead" }];
    worker.changed();
    await within(30 * SECOND);
    there = [];
    worker.changed();
    await within(SECOND);
    there = [{ request: 5, age: "ahead" }];
    worker.changed();
    expect(await within(55 * SECOND)).not.toContain("deleteRequest 5");
    expect(await within(20 * SECOND)).toContain("deleteRequest 5");
  });

  it("RULE client.requests-past-junk: what nobody can open goes after a minute, and what we alone cannot open stays", async () => {
    there = [{ request: 1, closed: "junk" }, { request: 2, closed: "ours" }, { request: 3 }];
    expect(await within(59 * SECOND)).toEqual(["listRequests"]);
    expect(await within(2 * SECOND)).toEqual(["listRequests", "deleteRequest 1"]);
    expect(await within(10 * MINUTE)).toEqual(["listRequests"]);
    expect([known(), opened]).toEqual([[3], [1, 2, 3]]);
    // While nothing may be sent it stays; and where the relay does not take it away it is asked once, and again a minute later.
    there.push(...requests(4, 5, { closed: "junk" }));
    worker.changed();
    await within(10 * SECOND);
    sync.canSend = false;
    expect(await within(MINUTE)).toEqual(["listRequests"]);
    sync.canSend = true;
    says = ({ type }) => (type === "deleteRequest" ? error("rate_limited") : null);
    expect(await within(MINUTE)).toEqual(["listRequests", "deleteRequest 4"]);
    says = () => null;
    expect(await within(MINUTE)).toEqual(["listRequests", "deleteRequest 4", "deleteRequest 5"]);
  });

  it("are opened 64 at a time, the rest ten seconds later; 256 are shown, and who is opened already is no work", async () => {
    there = requests(1, 300);
    await within(9 * SECOND);
    expect(opened).toHaveLength(64);
    await within(2 * SECOND);
    expect(opened).toHaveLength(128);
    await within(5 * MINUTE);
    expect([opened.length, known().length]).toEqual([256, 256]);
    // The first who goes makes room for the next.
    there = there.filter(({ request }) => request !== 7);
    worker.changed();
    await within(SECOND);
    expect([opened.at(-1), known().length]).toEqual([257, 256]);
  });

  it("that nobody has looked at are not looked at without a connection", async () => {
    there = requests(1, 100);
    await within(SECOND);
    worker.offline();
    sync.canAsk = false;
    await within(MINUTE);
    sync.canAsk = true;
    expect(opened).toHaveLength(64);
    expect(await within(MINUTE)).toEqual([]);
    connection.number = 2;
    await within(SECOND);
    expect(opened).toHaveLength(100);
  });

  it("that were sealed again take the place of the older one, which goes; with another inbox they do not, nor another's", async () => {
    there = [
      { request: 1, person: 1 },
      { request: 2, person: 2 },
      { request: 3, person: 1 },
      { request: 4, person: 2, inbox: 2 },
    ];
    await within(SECOND);
    expect(known()).toEqual([2, 3, 4]);
    expect(there.map(({ request }) => request)).toEqual([2, 3, 4]);
    worker.changed();
    await within(SECOND);
    expect([known(), opened]).toEqual([
      [2, 3, 4],
      [1, 2, 3, 4],
    ]);
  });

  it("are told to who watches when there are others than before, and not when they are the same", async () => {
    let told = 0;
    state.watch(() => told++);
    there = requests(1, 2);
    await within(SECOND);
    expect(told).toBe(1);
    worker.changed();
    await within(SECOND);
    expect(told).toBe(1);
    there = requests(2, 2);
    worker.changed();
    await within(SECOND);
    expect(told).toBe(2);
    await worker.remove(2);
    expect([told, known()]).toEqual([3, []]);
  });

  it("RULE client.pause-holds: are neither taken away nor answered while nothing may be sent; what was owed is seen to after it", async () => {
    there = requests(1, 1);
    await within(SECOND);
    sync.canSend = false;
    expect(await worker.remove(1)).toEqual(failed({ kind: "not_member" }));
    sync.hindrance = { kind: "behind" };
    for (const refused of [await worker.remove(1), await worker.deny(1)])
      expect(refused).toEqual(failed({ kind: "behind" }));
    expect(await within(MINUTE)).toEqual([]);
    sync.canSend = true;
    expect(await within(MINUTE)).toEqual(["listRequests"]);
    expect(await within(MINUTE)).toEqual([]);
  });

  it("are denied with an answer that we sign, and else taken away; what the relay says to that is told, and they stay", async () => {
    there = requests(1, 3);
    await within(SECOND);
    const before = proofs;
    for (const [answer, problem] of [
      [{ type: "lost" }, { kind: "unreachable" }],
      [error("storage_busy", 100), { kind: "relay", error: "storage_busy", retryAfter: 100 }],
    ] as const) {
      says = () => answer;
      expect(await worker.deny(1)).toEqual(failed(problem));
      expect(await worker.remove(1)).toEqual(failed(problem));
    }
    expect([known(), proofs]).toEqual([[1, 2, 3], before + 4]);
    says = () => null;
    asked = [];
    expect(await worker.deny(1)).toEqual(done(undefined));
    denied = null;
    expect(await worker.deny(2)).toEqual(done(undefined));
    expect(await worker.deny(99)).toEqual(done(undefined));
    expect(asked).toMatchObject([
      { type: "answerRequest", request: 1, inboxId: id(1) },
      { type: "deleteRequest", request: 2 },
      { type: "deleteRequest", request: 99 },
    ]);
    expect(known()).toEqual([3]);
  });

  it("that are pleas are answered with what was made for them, and are listed no more", async () => {
    there = requests(1, 2, { isPlea: true });
    await within(SECOND);
    asked = [];
    expect(await worker.answerPlea(1, { inboxId: id(3), blob: id(4) } as never)).toEqual(done(undefined));
    expect(asked).toMatchObject([{ type: "answerRequest", request: 1, inboxId: id(3), blob: id(4) }]);
    expect(worker.pleas.map(({ request }) => request)).toEqual([2]);
  });
});
