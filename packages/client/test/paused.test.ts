import { systemRandom } from "@conclave/crypto/node";
import { decodeFileCard, type FileCard, type OutgoingFile, type TransferProgress } from "@conclave/client";
import { OPEN_CHUNK_BYTES, type Alarm } from "@conclave/protocol";
import type { ClientFrame } from "@conclave/wire";
import { describe, expect, it } from "vitest";
import { engineOf, World, type Home, twoIn } from "./world.js";

/** Two people in a room, with nothing left to do in it. */
async function atRest(world: World): Promise<[Home, Home]> {
  const both = await twoIn(world);
  await world.pass(60_000);
  return both;
}

/** As a proven lie of the relay does. */
function pause(home: Home): void {
  const engine = engineOf(home.room) as unknown as { state: { room: { parts: { alarms: readonly Alarm[] } } } };
  engine.state.room.parts.alarms = [{ code: "EQUIVOCATION", person: null, rejection: null, evidence: "" }];
  engineOf(home.room).plan();
}

/** Calls `then` when a frame of this kind has left a home, before it is at the relay. */
function when(
  world: World,
  from: Home,
  is: (frame: ClientFrame) => boolean,
  then: (frame: ClientFrame) => Promise<void> | undefined,
) {
  world.beforeFrames = (home, frames) => {
    const frame = home === from ? frames.find(is) : undefined;
    if (!frame) return undefined;
    world.beforeFrames = () => undefined;
    return then(frame);
  };
}

const isCommit = (frame: ClientFrame) => frame.type === "append" && frame.kind === "commit";
const count = (world: World, ...types: ClientFrame["type"][]) =>
  world.heard.filter(({ type }) => types.includes(type)).length;
const isPaused = { error: { kind: "refused", rejection: { code: "paused", detail: "EQUIVOCATION" } } };

function fileOf(content: Uint8Array): OutgoingFile {
  const read = (offset: number, length: number) => Promise.resolve(content.slice(offset, offset + length));
  return { name: "garden.bin", size: content.length, read };
}

async function cardOf(world: World, home: Home): Promise<FileCard | null> {
  const [item] = await world.run(home.room.timeline({ limit: 1 }));
  return item?.kind === "message" ? decodeFileCard(item.message.body) : null;
}

describe("a room that an alarm pauses", () => {
  it("RULE client.pause-holds: a commit that is stored is not sent again before a person goes on", async () => {
    const world = new World();
    const [alice, bob] = await atRest(world);
    const before = world.appends("commit").length;
    when(world, alice, isCommit, () => {
      pause(alice);
      return new Promise(() => undefined);
    });
    const decided = alice.room.decide({ type: "setTitle", title: "Allotment" });
    await world.pass(1000);
    world.cut();
    const since = world.clock.now();
    expect(await world.run(decided)).toMatchObject({ error: { kind: "underway" } });
    expect(world.clock.now() - since).toBeLessThan(20_000);
    world.cut();
    await world.pass(60_000);
    expect(alice.room.status().connection).toBe("live");
    expect(world.appends("commit")).toHaveLength(before);
    // Nobody waits for it in vain.
    const asked = world.clock.now();
    await world.run(alice.room.settle(600_000));
    expect(world.clock.now() - asked).toBeLessThan(1000);
    await world.get(bob.room.send("meanwhile"));
    await world.pass(5000);
    expect(await alice.texts()).toEqual(["Bob: meanwhile"]);
    await world.run(alice.room.resume());
    await world.until(() => bob.room.title === "Allotment");
    expect(bob.room.decisions().filter(({ action }) => action.type === "setTitle")).toHaveLength(1);
  });

  it("who waits for a commit that the relay refused at first is told soon that it stays on its way", async () => {
    const world = new World();
    const [alice, bob] = await atRest(world);
    world.sendsChanged = true;
    when(world, alice, isCommit, (frame) => {
      Object.assign(frame, { lastCommit: 0 });
      pause(alice);
      return undefined;
    });
    const since = world.clock.now();
    const decided = alice.room.decide({ type: "setTitle", title: "Allotment" });
    expect(await world.run(decided)).toMatchObject({ error: { kind: "underway" } });
    expect(world.clock.now() - since).toBeLessThan(20_000);
    await world.run(alice.room.resume());
    await world.until(() => bob.room.title === "Allotment");
  });

  it("takes in what was on its way when the alarm came", async () => {
    const world = new World();
    const [alice, bob] = await atRest(world);
    when(world, alice, isCommit, () => {
      pause(alice);
      return undefined;
    });
    expect(await world.get(alice.room.decide({ type: "setTitle", title: "Allotment" }))).toMatchObject({ done: true });
    await world.until(() => bob.room.title === "Allotment");
    expect(alice.room.title).toBe("Allotment");
    expect(await world.run(alice.room.decide({ type: "setTitle", title: "Meadow" }))).toMatchObject(isPaused);
  });

  it("RULE client.pause-holds: an upload stops in the middle, and goes on after it; files can be read meanwhile", async () => {
    const world = new World();
    const [alice, bob] = await atRest(world);
    const content = systemRandom(20 * OPEN_CHUNK_BYTES);
    await world.get(bob.room.attach(fileOf(content)));
    await world.pass(5000);
    const card = (await cardOf(world, alice))!;
    const states: TransferProgress["state"][] = [];
    when(
      world,
      alice,
      (frame) => frame.type === "writeBlob" && frame.index === 5,
      () => {
        pause(alice);
        return undefined;
      },
    );
    const before = count(world, "writeBlob");
    const sent = alice.room.attach(fileOf(content), { onProgress: ({ state }) => states.push(state) });
    await world.pass(5000);
    const [written, asked] = [count(world, "writeBlob"), count(world, "beginBlob")];
    // Four at a time are on their way.
    expect(written - before).toBeLessThan(12);
    world.cut();
    await world.pass(60_000);
    expect([count(world, "writeBlob"), count(world, "beginBlob")]).toEqual([written, asked]);
    expect(states.at(-1)).toBe("waiting");
    // One that is begun, or given up, now does not go either.
    const cancel = new AbortController();
    const other = alice.room.attach(fileOf(content), { signal: cancel.signal });
    await world.pass(5000);
    cancel.abort();
    expect(await world.run(other)).toMatchObject({ error: { kind: "cancelled" } });
    await world.pass(5000);
    expect([count(world, "beginBlob"), count(world, "dropBlob")]).toEqual([asked, 0]);
    const read = (await world.get(alice.room.fetchFile(card)))!;
    expect(Buffer.compare(read, content)).toBe(0);
    await world.run(alice.room.resume());
    await world.get(sent);
    await world.get(alice.room.flushed(60_000));
    await world.pass(5000);
    expect((await cardOf(world, bob))!.blobId).not.toEqual(card.blobId);
  });

  it("RULE client.pause-holds: a request is listed, and neither denied nor taken away", async () => {
    const world = new World();
    const [alice, bob] = await atRest(world);
    const link = await alice.invite("ask");
    const [carol, dora] = [world.home(), world.home()];
    await carol.open();
    await carol.join(link, "Carol");
    const [first] = await world.get(alice.room.requests());
    pause(alice);
    await dora.open();
    await dora.join(link, "Dora");
    await world.until(() => alice.room.status().requests === 2);
    const last = (await world.get(alice.room.requests())).at(-1)!;
    for (const { id } of [first!, last]) expect(await world.run(alice.room.denyRequest(id))).toMatchObject(isPaused);
    expect(count(world, "answerRequest", "deleteRequest")).toBe(0);
    expect(alice.room.status().requests).toBe(2);
    await world.run(alice.room.resume());
    await world.get(alice.room.denyRequest(last.id));
    await world.until(() => dora.room.status().standing === "lost");
    // The alarm comes when an admission is on its way: it is done, and its request goes afterwards. Nobody else is there.
    for (const home of [bob, carol]) await world.run(home.client.close());
    when(world, alice, isCommit, () => {
      pause(alice);
      return undefined;
    });
    expect(await world.get(alice.room.admit(first!.id))).toMatchObject({ done: true });
    world.cut();
    await world.pass(60_000);
    expect(count(world, "deleteRequest")).toBe(0);
    await world.run(alice.room.resume());
    await world.until(() => count(world, "deleteRequest") === 1);
    await world.pass(60_000);
    expect(count(world, "deleteRequest")).toBe(1);
    await carol.open();
    await world.until(() => carol.room.status().standing === "member");
  });
});
