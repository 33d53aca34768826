import { done, failed } from "@conclave/codec";
import { newMessageNonce, ProtocolKind } from "@conclave/protocol";
import { beforeEach, describe, expect, it } from "vitest";
import { queuedContent } from "../src/store/outbox.js";
import type { RoomState } from "../src/work/roomState.js";
import { MessageSender } from "../src/work/sender.js";
import { driving, passFor, workOf } from "./scripted.js";
import { twoIn, World } from "./world.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;

type Said = { readonly type: string; readonly [field: string]: unknown };
const refusal = (error: string, retryAfter = 0, position: object | null = null): Said => ({
  ...{ type: "error", error, retryAfter, position },
});

describe("what a member says, and what the relay says to that", () => {
  let world: World;
  let state: RoomState;
  let work: ReturnType<typeof workOf>;
  let connection: { number: number };
  let sync: { canSend: boolean; isLive: boolean; reach: (n: number) => void };
  let sender: MessageSender;
  /** What the relay was sent, and its answers. */
  let sent: Uint8Array[];
  let says: () => Said;
  let commit: number;
  let maySeal: boolean;
  let sealed: string[];
  let reached: number[];
  let lockedOut: number;
  let proofs: number;

  beforeEach(async () => {
    world = new World();
    const [alice, bob] = await twoIn(world);
    await world.pass(2 * MINUTE);
    work = workOf(alice);
    driving(bob).stop();
    ({ state } = work);
    [sent, sealed, reached, lockedOut, proofs, maySeal, commit] = [[], [], [], 0, 0, true, 10];
    says = () => ({ type: "appended" });
    const room = state.room!;
    Object.defineProperty(room, "lastCommit", { get: () => commit });
    const [say, resend] = [room.say.bind(room), room.resend.bind(room)];
    const sealing =
      (how: string): typeof room.say =>
      (content, time) => {
        if (!maySeal) return failed({ code: "not_active" });
        sealed.push(how);
        const made = how === "first" ? say(content, time) : resend(content as Parameters<typeof resend>[0]);
        if (!made.ok) throw new Error(made.error.code);
        return done({ ...made.value, append: { ...made.value.append, lastCommit: commit } });
      };
    room.say = sealing("first");
    room.resend = sealing("again") as typeof room.resend;
    connection = Object.assign(work.connection, {
      append: (bytes: Uint8Array) => {
        sent.push(bytes);
        return new Promise<Said>((resolve) => {
          setImmediate(() => {
            resolve(says());
          });
        });
      },
    });
    sync = { canSend: true, isLive: true, reach: (n) => void reached.push(n) };
    const locked = () => {
      lockedOut++;
    };
    sender = new MessageSender(work, sync as never, { give: () => proofs++ } as never, locked);
    sender.mount();
  });

  /** Puts a text into the outbox. */
  async function write(text: string) {
    const body = new TextEncoder().encode(text);
    const said = { kind: ProtocolKind.text, ref: null, body, nonce: newMessageNonce(state.ports.random) };
    const content = queuedContent(state.ports.crypto, state.person, said);
    const added = await world.run(state.transact((tx) => sender.add(tx, content, world.clock.now())));
    if (!added.ok) throw new Error(added.error.kind);
    return added.value;
  }
  const within = (ms: number) => passFor(world, work, sender, ms);
  /** The places in the outbox of what was sent since the last call. */
  const places = () =>
    sent.splice(0).map((bytes) => state.outbox.all.findIndex((each) => each.sealed?.append.bytes === bytes));

  it("is encrypted at once where it can go, and nothing before it waits; else when it can, in its order", async () => {
    expect((await write("one")).sealed).not.toBeNull();
    expect((await write("two")).sealed).not.toBeNull();
    sync.canSend = false;
    expect((await write("three")).sealed).toBeNull();
    sync.canSend = true;
    expect((await write("four")).sealed).toBeNull();
    await within(SECOND);
    expect(places()).toEqual([0, 1, 2, 3]);
    expect(sealed).toEqual(["first", "first", "first", "first"]);
    // After somebody's commit what is there goes first.
    commit++;
    expect((await write("five")).sealed).toBeNull();
    await within(SECOND);
    expect(state.failure).toBeNull();
    expect(places()).toEqual([0, 1, 2, 3, 4]);
    expect(sealed.slice(4)).toEqual(["again", "again", "again", "again", "first"]);
  });

  it("is sent once on each connection, as it is, and proved each time that we are a member", async () => {
    await write("one");
    await within(SECOND);
    const [first] = sent;
    expect([sent.length, proofs]).toEqual([1, 1]);
    await within(MINUTE);
    expect(sent).toHaveLength(1);
    connection.number = 2;
    await within(SECOND);
    expect([sent.length, sent[1] === first, sealed.length]).toEqual([2, true, 1]);
    // What is out is forgotten, and not taken for what comes under its number later.
    await world.run(
      state.transact((tx) => {
        for (const entry of state.outbox.all) state.outbox.remove(tx, entry);
      }),
    );
    await within(SECOND);
    expect(sent).toHaveLength(2);
  });

  it("waits while nothing may be sent, and where it cannot be encrypted; the rest behind it waits, too", async () => {
    sync.canSend = false;
    for (const text of ["one", "two"]) await write(text);
    await within(MINUTE);
    expect(sent).toEqual([]);
    sync.canSend = true;
    maySeal = false;
    await within(MINUTE);
    expect([sent, state.failure]).toEqual([[], null]);
    maySeal = true;
    await within(MINUTE);
    expect(places()).toEqual([0, 1]);
  });

  it("is refused for now, however often, or for good: that is told from the fifth time on, and asked all the same", async () => {
    says = () => refusal("rate_limited");
    await write("one");
    await within(10 * MINUTE);
    expect(sent.length).toBeGreaterThan(10);
    expect([sender.refusal, sender.stuck]).toEqual([{ kind: "relay", error: "rate_limited", retryAfter: 0 }, null]);
    const times: number[] = [];
    says = () => {
      times.push(world.clock.now());
      return refusal("no_room");
    };
    for (let asked = 0; sender.stuck === null && asked < 300; asked++) await within(SECOND);
    expect(times).toHaveLength(5);
    await within(5 * MINUTE);
    expect(times.length).toBeGreaterThan(6);
    says = () => ({ type: "appended" });
    await within(5 * MINUTE);
    expect([sender.refusal, sender.stuck]).toEqual([null, null]);
  });

  it("is asked again no earlier than the relay says, and at once on the next connection, where nothing counts any more", async () => {
    says = () => refusal("no_room", 5000);
    await write("one");
    await within(4900);
    expect(sent).toHaveLength(1);
    await within(MINUTE);
    expect(sent.length).toBeGreaterThan(1);
    await within(5 * MINUTE);
    expect(sender.stuck).not.toBeNull();
    sender.offline();
    expect([sender.refusal, sender.stuck]).toEqual([null, null]);
    [connection.number, sent] = [2, []];
    await within(0);
    expect(sent).toHaveLength(1);
  });

  it("whose answer is lost, or comes on a connection that is over, is neither sent again there nor refused", async () => {
    says = () => ({ type: "lost" });
    await write("one");
    await within(MINUTE);
    expect([sent.length, sender.refusal]).toEqual([1, null]);
    says = () => {
      connection.number = 3;
      says = () => ({ type: "appended" });
      return refusal("write_denied", 0, { n: 99, lastCommit: 1 });
    };
    connection.number = 2;
    await within(MINUTE);
    await within(0);
    expect([sent.length, sender.refusal, reached]).toEqual([3, null, []]);
  });

  it("is refused with the place where the log is, which is read; new keys are asked for at every third time by our key", async () => {
    says = () => refusal("write_denied", 0, { n: 99, lastCommit: 1 });
    await write("one");
    for (let asked = 0; sent.length < 7 && asked < 100; asked++) await within(SECOND);
    expect([new Set(reached), lockedOut]).toEqual([new Set([99]), 2]);
    says = () => ({ type: "appended" });
    await within(5 * MINUTE);
    // From the start, after one was taken, and after a new connection.
    for (const begin of [() => undefined, () => sender.offline()]) {
      let times = 0;
      [lockedOut, sent] = [0, []];
      says = () => (++times < 3 ? refusal("write_denied") : { type: "lost" });
      begin();
      connection.number++;
      await within(5 * MINUTE);
      expect([sent.length, lockedOut]).toEqual([3, 0]);
    }
  });

  it("RULE client.stale-is-unread: was on its way when a commit came that we have not read: that is no refusal", async () => {
    await write("one");
    // What is not read yet is read first.
    sync.reach = (n) => {
      reached.push(n);
      sync.canSend = false;
    };
    says = () => refusal("stale_epoch", 0, { n: 50, lastCommit: commit + 1 });
    await within(SECOND);
    expect([sender.refusal, reached, sent.length]).toEqual([null, [50], 1]);
    // One that we have read is a refusal of what was made after it; of what was made before it is none.
    sync.reach = () => {
      work.plan();
    };
    sync.canSend = true;
    connection.number = 2;
    says = () => refusal("stale_epoch", 0, { n: 50, lastCommit: commit });
    sent = [];
    await within(0);
    expect([sender.refusal?.kind, sent.length]).toEqual(["relay", 1]);
    sender.offline();
    connection.number = 3;
    let times = 0;
    says = () => {
      if (++times > 1) return { type: "appended" };
      commit++;
      return refusal("stale_epoch", 0, { n: 50, lastCommit: commit });
    };
    await within(0);
    expect([sender.refusal, sealed.at(-1)]).toEqual([null, "again"]);
    expect(times).toBe(2);
  });

  it("waits for no pause where the log is behind: what is read next says when", async () => {
    says = () => {
      [sync.isLive, sync.canSend] = [false, false];
      return refusal("no_room", 1000);
    };
    await write("one");
    await within(MINUTE);
    expect([sent.length, sender.refusal]).toEqual([1, { kind: "relay", error: "no_room", retryAfter: 1000 }]);
    [sync.isLive, sync.canSend] = [true, true];
    says = () => ({ type: "appended" });
    await within(0);
    expect(sent).toHaveLength(2);
  });
});
