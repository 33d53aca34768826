import { nodeCrypto, systemRandom } from "@conclave/crypto/node";
import { decodeClientMessage, DEFAULT_LIMITS, RoomTag, type ClientFrame } from "@conclave/wire";
import { describe, expect, it } from "vitest";
import { RelayCore } from "../core/relayCore.js";
import { messageAppend, newKey, ScriptedClient, type Key } from "../core/scriptedClient.js";
import { SharedGroups } from "./sharedGroups.js";
import { SharedMemory } from "./sharedMemory.js";
import { Verdicts } from "./proofThread.js";

const relaySeed = systemRandom(32);

/** A relay on a store that others may share: what its clients send is carried out with `flush`. */
class SharedRelay {
  readonly closed = new Map<number, number>();
  readonly away: boolean[] = [];
  now = 1000;
  private readonly clients = new Map<number, ScriptedClient>();
  private readonly verdicts = new Verdicts((...check) => nodeCrypto.ed25519Verify(...check));
  private readonly core = new RelayCore({
    store: null,
    crypto: { ...nodeCrypto, ed25519Verify: this.verdicts.verify },
    random: systemRandom,
    relaySeed,
  });
  readonly groups: SharedGroups;

  constructor(readonly store: SharedMemory) {
    this.groups = new SharedGroups({
      core: this.core,
      store,
      verdicts: this.verdicts,
      release: (outputs) => {
        for (const output of outputs) {
          if (output.kind === "send") this.clients.get(output.connection)?.receive(output.bytes);
          else if (output.kind === "close") this.closed.set(output.connection, output.code);
          else if (output.kind === "push")
            for (const connection of output.connections) this.clients.get(connection)?.receive(output.bytes);
        }
      },
      onAway: (isAway) => this.away.push(isAway),
      now: () => this.now,
    });
  }

  async connect(): Promise<{ connection: number; client: ScriptedClient }> {
    const connection = this.clients.size + 1;
    const client = new ScriptedClient((message) => {
      const decoded = decodeClientMessage(message, DEFAULT_LIMITS);
      if (decoded.ok) for (const frame of decoded.value) this.take(connection, frame);
    });
    this.clients.set(connection, client);
    this.core.open(connection, "address", this.now);
    const welcomed = client.hello();
    await this.groups.flush();
    await welcomed;
    return { connection, client };
  }

  private take(connection: number, frame: ClientFrame): void {
    if (!this.core.admit(connection, frame, this.now)) return;
    if (frame.type === "hello") this.core.carryOut(connection, frame, this.now);
    else this.groups.add({ connection, frame, verdict: null });
  }
}

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
    store.onLoad = () => (left-- > 0 ? Promise.reject(new Error("away")) : Promise.resolve());
    const answer = client.ask(messageAppend(roomTag));
    await relay.groups.flush();
    expect(await answer).toMatchObject({ type: "appended", n: 1 });
    expect([relay.away, relay.closed.size]).toEqual([[true, false], 0]);
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
        return Promise.reject(new Error("the connection broke"));
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
});
