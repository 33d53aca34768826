import { systemRandom } from "@conclave/crypto/node";
import { type ClientFrame, InboxId, RoomTag } from "@conclave/wire";
import { describe, expect, it } from "vitest";
import { messageAppend, newKey, type Key, type ScriptedClient } from "../core/scriptedClient.js";
import { StoreAway } from "../store/sharedStore.js";
import { SharedMemory } from "./sharedMemory.js";
import { SharedRelay } from "./sharedRelay.js";

async function founder(relay: SharedRelay, roomTag: RoomTag, key: Key) {
  const { connection, client } = await relay.connect();
  const permit = new Uint8Array();
  const made = client.ask({
    type: "createRoom",
    roomTag,
    writeKey: key.publicKey,
    attachment: Uint8Array.of(1),
    permit,
  });
  const proved = client.prove(roomTag, 0, key);
  await relay.groups.flush();
  expect([(await made).type, (await proved).type]).toEqual(["created", "done"]);
  return { connection, client };
}

async function member(relay: SharedRelay, roomTag: RoomTag, key: Key) {
  const { connection, client } = await relay.connect();
  const proved = client.prove(roomTag, 0, key);
  await relay.groups.flush();
  expect((await proved).type).toBe("done");
  return { connection, client };
}

const scene = () => ({ store: new SharedMemory(), roomTag: RoomTag.of(systemRandom(32)), key: newKey() });

describe("groups on a store that several relays share", () => {
  it("are answered when they are committed, and not before", async () => {
    const { store, roomTag, key } = scene();
    const relay = new SharedRelay(store);
    const { client } = await founder(relay, roomTag, key);
    const order: string[] = [];
    store.onCommit = async (commit) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      commit();
      order.push("committed");
    };
    const answers = [1, 2].map(() => client.ask(messageAppend(roomTag)));
    for (const answer of answers) void answer.then(() => order.push("answered"));
    const flushed = relay.groups.flush();
    expect(relay.groups.isBusy).toBe(true);
    await flushed;
    expect(relay.groups.isBusy).toBe(false);
    expect(await Promise.all(answers)).toMatchObject([{ n: 1 }, { n: 2 }]);
    expect(order).toEqual(["committed", "answered", "answered"]);
    expect(store.content.rooms.get(roomTag)).toMatchObject({ n: 2 });
  });

  it("read rooms as they are now, whichever relay changed them; a repeat gets the first one's answer at each", async () => {
    const { store, roomTag, key } = scene();
    const [one, other] = [new SharedRelay(store), new SharedRelay(store)];
    const a = await founder(one, roomTag, key);
    const b = await member(other, roomTag, key);
    const repeated = messageAppend(roomTag);
    const said: number[] = [];
    for (let n = 1; n <= 6; n++) {
      const [relay, { client }] = n % 2 === 0 ? [other, b] : [one, a];
      const answer = client.ask(n === 1 || n === 4 ? repeated : messageAppend(roomTag));
      await relay.groups.flush();
      const { type, ...rest } = await answer;
      expect(type).toBe("appended");
      said.push((rest as unknown as { n: number }).n);
    }
    expect(said).toEqual([1, 2, 3, 1, 4, 5]);
  });

  it("of two relays at once come one after the other", async () => {
    const { store, roomTag, key } = scene();
    const [one, other] = [new SharedRelay(store), new SharedRelay(store)];
    const a = await founder(one, roomTag, key);
    const b = await member(other, roomTag, key);
    const answers = [a, b].flatMap(({ client }) => [1, 2, 3].map(() => client.ask(messageAppend(roomTag))));
    await Promise.all([one.groups.flush(), other.groups.flush()]);
    const places = (await Promise.all(answers)).map((answer) => (answer as unknown as { n: number }).n);
    expect(places.sort((x, y) => x - y)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it("wait while the store is away, and go on when it is back", async () => {
    const { store, roomTag, key } = scene();
    const relay = new SharedRelay(store);
    const { client } = await founder(relay, roomTag, key);
    let left = 3;
    store.onLoad = () => (left-- > 0 ? Promise.reject(new StoreAway("away")) : Promise.resolve());
    const answer = client.ask(messageAppend(roomTag));
    await relay.groups.flush();
    expect(await answer).toMatchObject({ type: "appended", n: 1 });
    expect([relay.away, relay.closed.size]).toEqual([[true, false], 0]);
  });

  it("A83: RULE shared.refused-alone: that the store refuses are taken apart: only who asked for it is closed", async () => {
    const { store, roomTag, key } = scene();
    const relay = new SharedRelay(store);
    const { client } = await founder(relay, roomTag, key);
    const stranger = await relay.connect();
    store.onLoad = ({ inboxes }) => (inboxes.size > 0 ? Promise.reject(new Error("42P01")) : Promise.resolve());
    const answers = [1, 2].map(() => client.ask(messageAppend(roomTag)));
    void stranger.client.ask({ type: "fetchInbox", inboxId: InboxId.of(systemRandom(32)), after: 0 });
    await relay.groups.flush();
    expect(await Promise.all(answers)).toMatchObject([{ n: 1 }, { n: 2 }]);
    expect([[...relay.closed], relay.away, relay.refused.length]).toEqual([[[stranger.connection, 1011]], [], 2]);
  });

  it.each([
    [{ type: "append" }, 512],
    [{ type: "read" }, 64],
    [{ type: "getSlot" }, 6],
  ])("A83: RULE shared.group-bytes: have no more to load than fits into memory (%j)", (frame, most) => {
    const { groups } = new SharedRelay(new SharedMemory());
    let count = 0;
    for (; !groups.isFull; count++) groups.add({ connection: 1, frame: frame as ClientFrame, verdict: null });
    expect(count).toBe(most);
  });

  it("say to everybody that something may have come when messages were missed", async () => {
    const { store, roomTag, key } = scene();
    const relay = new SharedRelay(store);
    const { client } = await founder(relay, roomTag, key);
    const inbox = newKey();
    const asked = [client.ask({ type: "subscribe", roomTag, fromN: 1 }), client.proveInbox(inbox)];
    await relay.groups.flush();
    await Promise.all(asked);
    relay.missed();
    await relay.groups.flush();
    expect(client.pushes.map(({ type }) => type)).toEqual(["requestsChanged", "inboxChanged"]);
  });

  it("send what is no part of them also when they fail", async () => {
    const { store, roomTag, key } = scene();
    const relay = new SharedRelay(store);
    const { connection, client } = await founder(relay, roomTag, key);
    relay.open(99);
    store.onLoad = () => {
      relay.now += 3_600_000;
      relay.tick();
      return Promise.resolve();
    };
    store.onCommit = () => Promise.reject(new StoreAway("the connection broke"));
    void client.ask(messageAppend(roomTag));
    await relay.groups.flush();
    expect([...relay.closed.keys()].sort()).toEqual([connection, 99]);
  });

  it.each([true, false])(
    "A97: RULE shared.unknown-is-unsaid: a commit that fails is answered by nobody; who asks again gets one record (stored: %s)",
    async (isStored) => {
      const { store, roomTag, key } = scene();
      const relay = new SharedRelay(store);
      const { connection, client } = await founder(relay, roomTag, key);
      const reader = await member(relay, roomTag, key);
      const subscribed = reader.client.ask({ type: "subscribe", roomTag, fromN: 1 });
      await relay.groups.flush();
      await subscribed;
      const append = messageAppend(roomTag);
      let isAnswered = false;
      void client.ask(append).then(() => (isAnswered = true));
      const { onCommit } = store;
      store.onCommit = (commit) => {
        if (isStored) commit();
        return Promise.reject(new StoreAway("the connection broke"));
      };
      await relay.groups.flush();
      expect([isAnswered, [...relay.closed], reader.client.pushes]).toEqual([false, [[connection, 1013]], []]);
      store.onCommit = onCommit;
      const again = await member(relay, roomTag, key);
      const answers = [append, append, messageAppend(roomTag)].map((each) => again.client.ask(each));
      await relay.groups.flush();
      expect(await Promise.all(answers)).toMatchObject([{ n: 1 }, { n: 1 }, { n: 2 }]);
    },
  );

  it.each([1, 2, 3, 4, 5, 6])(
    "RULE shared.no-gap: everybody gets every record once and in order, whichever relay took it and whatever fails (seed %i)",
    async (seed) => {
      let state = seed;
      const draw = (below: number): number => (state = (state * 48_271) % 2_147_483_647) % below;
      const { store, roomTag, key } = scene();
      const relays = [new SharedRelay(store), new SharedRelay(store)];
      await founder(relays[0]!, roomTag, key);
      const readers: { relay: SharedRelay; connection: number; client: ScriptedClient; got: number[] }[] = [];
      const { onCommit } = store;
      for (let step = 0; step < 120; step++) {
        const relay = relays[draw(2)]!;
        switch (draw(6)) {
          case 0: {
            const { client, connection } = await relay.connect();
            const answer = client.ask({ type: "subscribe", roomTag, fromN: 1 });
            await relay.groups.flush();
            const { items } = (await answer) as unknown as { items: { n: number }[] };
            readers.push({ relay, connection, client, got: items.map(({ n }) => n) });
            break;
          }
          case 1:
            await relay.readOn();
            break;
          default: {
            const { client } = await member(relay, roomTag, key);
            if (draw(3) === 0) {
              const isStored = draw(2) === 0;
              store.onCommit = (commit) => {
                if (isStored) commit();
                return Promise.reject(new StoreAway("the connection broke"));
              };
            }
            for (let n = draw(4); n >= 0; n--) void client.ask(messageAppend(roomTag));
            await relay.groups.flush();
            store.onCommit = onCommit;
          }
        }
      }
      const { n } = store.content.rooms.get(roomTag)!;
      for (let round = 0; round < n; round++) for (const relay of relays) await relay.readOn();
      const whole = Array.from({ length: n }, (_, at) => at + 1);
      expect(n).toBeGreaterThan(20);
      expect(readers.length).toBeGreaterThan(5);
      for (const { relay, connection, client, got } of readers) {
        const pushed = client.pushes.flatMap((push) =>
          push.type === "records" ? push.items.map((item) => item.n) : [],
        );
        if (!relay.closed.has(connection)) expect([...got, ...pushed]).toEqual(whole);
      }
    },
  );
});
