import { done, equalBytes, toHex } from "@conclave/codec";
import type { SessionEvent } from "@conclave/client";
import { alarm, newMessageNonce, ProtocolKind, type RoomEvent } from "@conclave/protocol";
import type { LogItem } from "@conclave/wire";
import { beforeEach, describe, expect, it } from "vitest";
import { queuedContent } from "../src/store/outbox.js";
import { receiveDelivery } from "../src/work/receiving.js";
import type { RoomState } from "../src/work/roomState.js";
import { driving, workOf } from "./scripted.js";
import { type Home, twoIn, World } from "./world.js";

const NOTHING = { put: [], delete: [] };
const id = (n: number) => new Uint8Array(32).fill(n) as never;

describe("what a record of the log changes in a room", () => {
  let world: World;
  let alice: Home;
  let bob: Home;
  let state: RoomState;
  let item: LogItem;
  /** The events that the workers were told of, and those that who watches was. */
  let heard: string[];
  let told: SessionEvent[];
  /** What the room makes of the record. */
  let received: object;

  beforeEach(async () => {
    world = new World();
    [alice, bob] = await twoIn(world);
    await world.pass(120_000);
    ({ state } = workOf(alice));
    driving(bob).stop();
    item = (await state.kept.from(1, 1 << 20)).at(-1)!;
    [heard, told] = [[], []];
    state.watch((event) => told.push(event));
    state.room!.receive = () => received as never;
  });

  /** Gives the record to the room, and what came of it. */
  async function receive(...events: object[]): Promise<boolean> {
    if (events.length > 0) received = { kind: "accepted", events, delta: NOTHING, alarm: null };
    told = [];
    const note = (event: RoomEvent, n: number) => void heard.push(`${event.type} ${String(n)}`);
    const taken = await world.run(state.transact((tx) => receiveDelivery(state, tx, item, 0, note)));
    expect(state.failure).toBeNull();
    return taken.ok && taken.value;
  }
  const types = () => told.map(({ type }) => type);
  const kept = (key: string) => state.ports.storage.get(key);

  let messages = 0;
  function message(author: Uint8Array, change: object = {}) {
    const body = new TextEncoder().encode("hello");
    return {
      ...{
        id: new Uint8Array(16).fill(++messages),
        author,
        kind: ProtocolKind.text,
        ref: null,
        body,
        late: false,
        name: "Bob",
        epoch: 1,
        n: 0,
      },
      ...{ time: world.clock.now(), leaf: id(1), authorGone: false },
      ...change,
    };
  }
  function decided(type: string, by: Uint8Array, person: Uint8Array | null, fields: object = {}) {
    const { decision } = state.decisionLog.entries.at(-1)!;
    const seq = state.decisionLog.entries.at(-1)!.decision.seq + 1;
    return { ...decision, seq, by, person, name: null, action: { type, person, ...fields } };
  }
  const removal = (person: Uint8Array) => decided("remove", alice.client.person, person, { ban: false });
  const isUnheard = (person: Uint8Array) => state.unheard.has(person as never);
  const letIn = (person: Uint8Array) => world.run(state.transact((tx) => state.unheard.add(tx, person as never)));

  it("is nothing where it was seen before, or is nobody's any more; where it cannot be used yet it is read again", async () => {
    for (const [reason, taken] of [
      ["seen", true],
      ["closed", true],
      ["later", false],
    ] as const) {
      received = { kind: "deferred", reason };
      expect(await receive()).toBe(taken);
    }
    received = { kind: "withheld", delta: { put: [["marked", id(1)]], delete: [] }, alarm: alarm("WITHHELD", {}) };
    expect(await receive()).toBe(false);
    expect(await kept(`${state.keys.state}marked`)).not.toBeNull();
    expect(types()).toEqual(["alarm", "item"]);
    received = { kind: "upgraded", delta: NOTHING, alarm: null };
    expect([await receive(), types()]).toEqual([false, ["changed"]]);
    received = { kind: "withheld", delta: NOTHING, alarm: null };
    expect([await receive(), types(), heard]).toEqual([false, [], []]);
    state.room = null;
    expect(await receive()).toBe(true);
  });

  it("is told to the workers before anything else, and kept for a relay that is restored", async () => {
    const before = state.kept.add.bind(state.kept);
    const all: LogItem[] = [];
    state.kept.add = (tx, each) => {
      all.push(each);
      return before(tx, each);
    };
    received = {
      ...{ kind: "accepted", events: [{ type: "lostRace" }, { type: "rekeyed", by: bob.client.person }] },
      ...{ delta: { put: [["marked", id(1)]], delete: [] }, alarm: null },
    };
    expect(await receive()).toBe(true);
    expect([heard, all]).toEqual([[`lostRace ${String(item.n)}`, `rekeyed ${String(item.n)}`], [item]]);
    expect(await kept(`${state.keys.state}marked`)).not.toBeNull();
    expect(types()).toEqual([]);
  });

  it("is an alarm where there is one, and a gap where there is something that nobody can read; not from before we came", async () => {
    const ignored = { kind: "ignored", events: [], delta: NOTHING, alarm: null };
    received = { ...ignored, unreadable: null };
    expect([await receive(), types()]).toEqual([true, []]);
    received = { ...ignored, unreadable: "before_join" };
    expect([await receive(), types()]).toEqual([true, []]);
    received = { ...ignored, unreadable: "epoch_gone" };
    await receive();
    expect(told).toMatchObject([{ type: "item", item: { kind: "unreadable", n: item.n } }]);
    received = { ...ignored, unreadable: null, alarm: alarm("BAD_RECEIPT", {}) };
    await receive();
    expect(types()).toEqual(["alarm", "item"]);
  });

  it("is a line once, whoever wrote it; what their clock says counts for others alone", async () => {
    const peers: number[] = [];
    state.clock.heardPeer = (time) => void peers.push(time);
    const [theirs, ours] = [message(bob.client.person, { time: 5 }), message(alice.client.person, { time: 6 })];
    await receive({ type: "message", message: theirs });
    expect(told).toMatchObject([{ type: "item", item: { kind: "message", n: item.n } }]);
    await receive({ type: "message", message: theirs });
    expect(types()).toEqual([]);
    await receive({ type: "message", message: ours });
    expect([types(), peers]).toEqual([["item"], [5]]);
    await receive({ type: "message", message: message(bob.client.person, { kind: ProtocolKind.beat }) });
    expect(types()).toEqual([]);
    // What waits to be sent here is shown when it is known to be sent.
    const said = { kind: ProtocolKind.text, ref: null, body: id(1), nonce: newMessageNonce(state.ports.random) };
    const content = queuedContent(state.ports.crypto, alice.client.person, said);
    await world.run(state.transact((tx) => state.outbox.add(tx, content, 1)));
    await receive({ type: "message", message: message(alice.client.person, { id: content.id }) });
    expect(types()).toEqual([]);
  });

  it("changes a line that is there, where it is a reaction, an edit or a deletion", async () => {
    const first = message(bob.client.person);
    await receive({ type: "message", message: first });
    const body = new TextEncoder().encode("👍");
    await receive({
      type: "message",
      message: message(bob.client.person, { kind: "reaction", ref: first.id, body }),
    });
    expect(types()).toEqual(["amended"]);
  });

  it("is of somebody who was let in, and is heard of by whatever they have signed", async () => {
    const person = bob.client.person;
    const approval = { actionHash: id(3), by: person, wasOwn: false };
    const events: object[] = [
      { type: "message", message: message(person) },
      { type: "entry", decision: decided("setRole", person, alice.client.person, { role: "admin" }), own: false },
      { type: "rekeyed", by: person },
      { type: "approval", ...approval },
      { type: "decline", ...approval },
      { type: "withdrawal", ...approval },
      { type: "farewell", person },
      { type: "stayed", person },
      {
        ...{ type: "proposal", action: { type: "seal" }, actionHash: id(4), displaced: [] },
        message: message(person, { kind: ProtocolKind.proposal }),
      },
    ];
    for (const event of events) {
      await letIn(person);
      await receive(event);
      expect([isUnheard(person), types().includes("changed")]).toEqual([false, true]);
      expect(await kept(state.keys.unheard + toHex(person))).toBeNull();
    }
    // What others do says nothing of them, nor what they did not sign.
    await letIn(person);
    await receive({ type: "rekeyed", by: alice.client.person }, { type: "lostRace" });
    expect([isUnheard(person), types()]).toEqual([true, []]);
    await receive({ type: "message", message: message(alice.client.person) });
    expect([isUnheard(person), types()]).toEqual([true, ["item"]]);
  });

  it("is of somebody who is not heard of yet, where others let them in; and no more where they go", async () => {
    const [carol, leafCert] = [id(40), new Uint8Array(4)];
    await receive({
      type: "entry",
      decision: decided("add", alice.client.person, carol, { leafCert, role: "member" }),
    });
    expect(isUnheard(carol)).toBe(true);
    for (const type of ["remove", "leave"]) {
      await letIn(carol);
      await receive({ type: "entry", decision: decided(type, alice.client.person, carol, { ban: false }) });
      expect([isUnheard(carol), types().filter((each) => each === "changed")]).toEqual([false, ["changed", "changed"]]);
    }
    // By themself; nor is a change of role an arrival, or a going.
    await receive({ type: "entry", decision: decided("add", carol, carol, { leafCert, role: "member" }) });
    expect(isUnheard(carol)).toBe(false);
    await letIn(carol);
    const promoted = decided("setRole", alice.client.person, carol, { role: "admin" });
    await receive({ type: "entry", decision: promoted });
    expect([isUnheard(carol), types()]).toEqual([true, ["item", "changed"]]);
  });

  it("is a decision: a line, and the end of the word of who goes", async () => {
    const forgotten: string[] = [];
    state.signs.forget = (_tx, person) => void forgotten.push(toHex(person));
    const carol = id(40);
    const promoted = decided("setRole", alice.client.person, carol, { role: "admin" });
    await receive({ type: "entry", decision: promoted });
    expect(told).toMatchObject([{ type: "item", item: { kind: "decision", n: item.n } }, { type: "changed" }]);
    expect(state.decisionLog.find(promoted.seq)).toMatchObject({ n: item.n });
    expect(forgotten).toEqual([]);
    await receive({ type: "entry", decision: removal(carol) });
    await receive({ type: "entry", decision: decided("leave", alice.client.person, carol) });
    await receive({ type: "entry", decision: decided("setTitle", alice.client.person, null, { title: "x" }) });
    expect(forgotten).toEqual([toHex(carol), toHex(carol)]);
  });

  it("is a sign: the word of who is there, from which on silence counts", async () => {
    const [signs, begun]: [object[], number[]] = [[], []];
    state.signs.heard = (_tx, sign) => void signs.push(sign);
    state.freshness.begin = () => void begun.push(1);
    await receive({ type: "sign", sign: { person: bob.client.person } });
    expect([signs.length, begun.length, types()]).toEqual([1, 1, ["changed"]]);
  });

  describe("of our own", () => {
    async function queue(kind: string, body: Uint8Array, isSealed: boolean) {
      const words = { kind, ref: null, body, nonce: newMessageNonce(state.ports.random) };
      const content = queuedContent(state.ports.crypto, alice.client.person, words);
      await world.run(
        state.transact((tx) => {
          const said = isSealed ? state.room!.say(content, 1) : null;
          return state.outbox.add(tx, content, 1, said?.ok === true ? said.value : null);
        }),
      );
      return content.id;
    }

    it("is a line, and leaves the outbox; what is not ours to send, or was never sealed, is none", async () => {
      const signs: number[] = [];
      state.signs.sent = (n) => void signs.push(n);
      const sent = await queue(ProtocolKind.text, id(1), true);
      await receive({ type: "sent", id: sent });
      expect([state.outbox.size, types(), signs]).toEqual([0, ["item"], [item.n]]);
      await receive({ type: "sent", id: sent });
      expect([types(), signs.length]).toEqual([[], 1]);
      await receive({ type: "sent", id: await queue(ProtocolKind.text, id(1), false) });
      expect([state.outbox.size, types(), signs.length]).toEqual([0, [], 1]);
    });
  });

  describe("that somebody asks for", () => {
    const action = { type: "seal" };
    const open = () => [...state.proposals.by(bob.client.person), ...state.proposals.by(alice.client.person)];
    const proposal = (by: Home, hash: number, displaced: object[] = []) => ({
      ...{ type: "proposal", action, actionHash: id(hash), displaced },
      message: message(by.client.person, { kind: ProtocolKind.proposal }),
    });
    const lines = () =>
      told.flatMap((event) => (event.type === "item" && event.item.kind === "proposal" ? [event.item] : []));

    it("is a line once, and open until it is taken back, which is another line", async () => {
      await receive(proposal(bob, 1));
      expect([lines().length, open().length, types().at(-1)]).toEqual([1, 1, "changed"]);
      await receive(proposal(alice, 1));
      expect([lines().length, open().length, types()]).toEqual([0, 1, ["changed"]]);
      // By who did not make it, or of another.
      await receive({ type: "withdrawal", actionHash: id(1), by: alice.client.person });
      await receive({ type: "withdrawal", actionHash: id(2), by: bob.client.person });
      expect([lines().length, open().length]).toEqual([0, 1]);
      await receive({ type: "withdrawal", actionHash: id(1), by: bob.client.person });
      expect([lines().length, open().length]).toEqual([1, 0]);
    });

    it("goes on as another's where they ask for the same", async () => {
      await receive(proposal(bob, 1));
      state.room!.proposals.list = () => [{ actionHash: id(2) }, { actionHash: id(1), by: id(9) }] as never;
      await receive({ type: "withdrawal", actionHash: id(1), by: bob.client.person });
      expect(lines().length).toBe(2);
      expect(state.proposals.by(id(9))).toHaveLength(1);
    });

    it("takes the place of what they asked for before, where that is too much", async () => {
      await receive(proposal(bob, 1));
      await receive(proposal(bob, 2, [{ actionHash: id(1), by: bob.client.person }]));
      expect(open().map(({ actionHash }) => actionHash[0])).toEqual([2]);
      expect(lines()).toHaveLength(2);
    });

    it("ends with the decision that carries it out, and with its author's going, not with another's", async () => {
      const { actionHash } = await import("@conclave/protocol");
      const hash = actionHash(state.ports.crypto, { type: "setTitle", title: "x" }, alice.client.person);
      await receive({ ...proposal(bob, 1), actionHash: hash });
      await receive(proposal(bob, 2));
      await receive({
        type: "entry",
        decision: decided("setTitle", alice.client.person, null, { title: "x" }),
      });
      expect(open().map((each) => each.actionHash[0])).toEqual([2]);
      expect(lines()).toHaveLength(1);
      await receive({ type: "entry", decision: removal(id(40)) });
      const promoted = decided("setRole", alice.client.person, bob.client.person, { role: "admin" });
      await receive({ type: "entry", decision: promoted });
      expect([open().length, lines().length]).toEqual([1, 0]);
      await receive({ type: "entry", decision: decided("leave", alice.client.person, bob.client.person) });
      expect([open().length, lines().length]).toEqual([0, 1]);
    });
  });

  it("is that we stay after all, where our own device says so and we were leaving", async () => {
    state.leaving = 1;
    await receive({ type: "stayed", person: bob.client.person });
    expect([state.leaving, types()]).toEqual([1, ["changed"]]);
    await receive({ type: "stayed", person: alice.client.person });
    expect(state.leaving).toBeNull();
    await receive({ type: "stayed", person: alice.client.person });
    expect(types()).toEqual(["changed"]);
  });

  it("is that we were taken out: nothing waits any more, and who watches is told by which decision", async () => {
    const said = { kind: ProtocolKind.text, ref: null, body: id(1), nonce: newMessageNonce(state.ports.random) };
    await world.run(
      state.transact((tx) => {
        state.outbox.add(tx, queuedContent(state.ports.crypto, alice.client.person, said), 1);
        state.setLeaving(tx, 1);
        state.keepComingBack(tx, {
          ...{ secret: id(1), why: "copy", by: null, since: 1, plea: id(2), postedAt: 0, told: null, seat: null },
        });
      }),
    );
    const decision = decided("remove", bob.client.person, alice.client.person, { ban: false });
    await receive({ type: "removed", decision });
    expect([state.outbox.size, state.leaving, state.comingBack]).toEqual([0, null, null]);
    expect(told.filter(({ type }) => type === "gone")).toHaveLength(1);
    const { length } = state.decisionLog.entries;
    await receive({ type: "removed", decision });
    expect([types(), state.decisionLog.entries.length]).toEqual([["gone"], length]);
  });

  it("is that we came in: by the decision that lists our leaf, whose place in the log is known from now on", async () => {
    const { room } = state;
    const device = [...room!.roster.members.values()]
      .flatMap(({ devices }) => devices)
      .find(({ leaf }) => equalBytes(leaf, room!.self.leaf))!;
    const places: number[] = [];
    const place = state.decisionLog.place.bind(state.decisionLog);
    state.decisionLog.place = (tx, seq, n) => {
      places.push(seq);
      return place(tx, seq, n);
    };
    await receive({ type: "joined" });
    expect(places).toEqual([device.addedSeq]);
    expect(types()).toEqual(["item", "changed"]);
    state.decisionLog.place = () => null;
    await receive({ type: "joined" });
    expect([types(), done(1).ok]).toEqual([[], true]);
  });
});
