import { nodeCrypto, systemRandom } from "@conclave/crypto/node";
import {
  decodeFileCard,
  type AttachOptions,
  type FileCard,
  type OutgoingFile,
  type RoomSession,
  type TransferProgress,
} from "@conclave/client";
import { digestOf, encodeFileCard, fileLayout, OPEN_CHUNK_BYTES, sealChunk } from "@conclave/protocol";
import {
  decodeRelayMessage,
  encodeRelayMessage,
  type ClientFrame,
  type RelayFrame,
  BlobId,
  type RoomTag,
} from "@conclave/wire";
import { describe, expect, it } from "vitest";
import { engineOf, World, type Home, twoIn } from "./world.js";

const SIZE = 40 * OPEN_CHUNK_BYTES + 1234;

/** A file in memory, and what was read of it. */
class Source implements OutgoingFile {
  readonly name = "garden.bin";
  readonly size: number;
  readonly reads: number[] = [];
  /** Called before each read. */
  before: (offset: number) => void = () => undefined;

  constructor(public content: Uint8Array) {
    this.size = content.length;
  }

  read(offset: number, length: number): Promise<Uint8Array> {
    this.before(offset);
    this.reads.push(offset);
    return Promise.resolve(this.content.slice(offset, offset + length));
  }
}

async function cardsIn(world: World, room: RoomSession): Promise<FileCard[]> {
  const items = await world.run(room.timeline({ limit: 1000 }));
  return items.flatMap((item) => {
    const card = item.kind === "message" && item.message.kind === "file" ? decodeFileCard(item.message.body) : null;
    return card ? [card] : [];
  });
}

/** What Bob gets of the newest file that he sees. */
async function fetched(world: World, bob: Home): Promise<Uint8Array> {
  const card = (await cardsIn(world, bob.room)).at(-1)!;
  return (await world.get(bob.room.fetchFile(card)))!;
}

async function attached(world: World, alice: Home, bob: Home, file: OutgoingFile, options?: AttachOptions) {
  await world.get(alice.room.attach(file, options));
  await world.get(alice.room.flushed(60_000));
  await world.until(() => bob.room.status().n === alice.room.status().n);
}

const equal = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
const heard = <T extends ClientFrame["type"]>(world: World, type: T) =>
  world.heard.filter((frame): frame is Extract<ClientFrame, { type: T }> => frame.type === type);
const blobBytes = (world: World, home: Home): number =>
  (
    world.relay as unknown as {
      handler: { rooms: { get(tag: RoomTag, now: number): { row: { blobBytes: number } } } };
    }
  ).handler.rooms.get(home.tag, 0).row.blobBytes;

/** Cuts all connections before each of these chunks is written. */
function cutAt(world: World, ...indexes: number[]): void {
  const left = new Set(indexes);
  world.beforeFrames = (_home, frames) => {
    for (const frame of frames) if (frame.type === "writeBlob" && left.delete(frame.index)) world.cut();
    return undefined;
  };
}

function changeBlobs(world: World, change: (frame: Extract<RelayFrame, { type: "blob" }>) => Uint8Array | null): void {
  world.changeAnswer = (bytes) => {
    const decoded = decodeRelayMessage(bytes, 1 << 26);
    if (!decoded.ok) throw decoded.error;
    if (!decoded.value.some(({ type }) => type === "blob")) return bytes.slice();
    const frames = decoded.value.map((frame) => {
      const chunk = frame.type === "blob" ? change(frame) : null;
      return chunk ? { ...frame, chunk } : frame;
    });
    return encodeRelayMessage(frames);
  };
}

describe("a file", () => {
  it("goes to the relay in pieces, then its message; the others get it byte for byte", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    const progress: TransferProgress[] = [];
    const source = new Source(systemRandom(SIZE));
    const file = Object.assign(source, { mediaType: "application/octet-stream", caption: "for you" });
    await attached(world, alice, bob, file, { onProgress: (now) => progress.push(now) });
    const [card] = await cardsIn(world, bob.room);
    expect(card).toMatchObject({ name: "garden.bin", size: SIZE, caption: "for you", picture: null });
    expect(equal(await fetched(world, bob), source.content)).toBe(true);
    const { blobSize } = fileLayout(SIZE);
    expect(progress.at(-1)).toEqual({ state: "moving", done: blobSize, total: blobSize });
    expect(progress.map(({ done }) => done)).toEqual(progress.map(({ done }) => done).toSorted((a, b) => a - b));
    // Each byte was read once, in order: nothing of the file is held.
    expect(source.reads).toEqual(source.reads.toSorted((a, b) => a - b));
    expect(new Set(source.reads).size).toBe(source.reads.length);
    expect(await world.run(alice.room.uploads())).toEqual([]);
    // The author reads it too, and pieces come one by one.
    const pieces: Uint8Array[] = [];
    expect(await world.get(alice.room.fetchFile(card!, { write: (piece) => void pieces.push(piece) }))).toBeNull();
    expect(equal(Buffer.concat(pieces), source.content)).toBe(true);
    expect(pieces).toHaveLength(41);
  });

  it("may be of any size, also of none", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    for (const size of [0, 1, 4096, OPEN_CHUNK_BYTES - 1, OPEN_CHUNK_BYTES, 8 * OPEN_CHUNK_BYTES, 524_288]) {
      const source = new Source(systemRandom(size));
      await attached(world, alice, bob, source);
      expect([size, equal(await fetched(world, bob), source.content)]).toEqual([size, true]);
    }
  });

  it("waits for a connection, and goes on through lost ones without sending again what has arrived", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    world.isDown = true;
    world.cut();
    const source = new Source(systemRandom(SIZE));
    const states = new Set<string>();
    const sent = alice.room.attach(source, { onProgress: ({ state }) => states.add(state) });
    await world.pass(5000);
    expect([...states]).toEqual(["waiting"]);
    cutAt(world, 5, 17, 39);
    world.isDown = false;
    await world.get(sent);
    await world.get(alice.room.flushed(60_000));
    expect(states).toEqual(new Set(["waiting", "moving"]));
    await world.until(() => bob.room.status().n === alice.room.status().n);
    const writes = heard(world, "writeBlob");
    expect(writes.length).toBeGreaterThanOrEqual(41);
    expect(writes.length).toBeLessThan(41 + 3 * 6);
    // And down again: the reader's connections break as well.
    let reads = 0;
    world.beforeFrames = (_home, frames) => {
      for (const { type } of frames) if (type === "readBlob" && ++reads % 11 === 0) world.cut();
      return undefined;
    };
    expect(equal(await fetched(world, bob), source.content)).toBe(true);
  });

  it("goes on after a restart with the same file, from the last piece that was noted", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    const source = new Source(systemRandom(SIZE));
    source.before = (offset) => {
      if (offset >= 35 * OPEN_CHUNK_BYTES) alice.kill();
    };
    void alice.room.attach(source);
    await world.pass(60_000);
    source.before = () => undefined;
    await alice.open();
    const [upload] = await world.run(alice.room.uploads());
    expect(upload).toMatchObject({ name: "garden.bin", size: SIZE, isRunning: false });
    world.heard.length = 0;
    await attached(world, alice, bob, source, { resume: upload!.id });
    expect(heard(world, "writeBlob").length).toBeLessThan(41 - 25);
    expect(equal(await fetched(world, bob), source.content)).toBe(true);
    expect(await cardsIn(world, bob.room)).toHaveLength(1);
    expect(await world.run(alice.room.uploads())).toEqual([]);
  });

  it("RULE attachment.one-content: a file that changed meanwhile is sent again, under another key; one that goes on changing is none", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    const source = new Source(systemRandom(SIZE));
    source.before = (offset) => {
      if (offset >= 35 * OPEN_CHUNK_BYTES) alice.kill();
    };
    void alice.room.attach(source);
    await world.pass(60_000);
    source.before = () => undefined;
    await alice.open();
    const [upload] = await world.run(alice.room.uploads());
    source.content = systemRandom(SIZE);
    await attached(world, alice, bob, source, { resume: upload!.id });
    expect(equal(await fetched(world, bob), source.content)).toBe(true);
    const [card] = await cardsIn(world, bob.room);
    expect(equal(card!.blobId, upload!.id)).toBe(false);
    // Nothing is left of the upload before.
    const whole = heard(world, "beginBlob").at(-1)!.size + 4096;
    await world.until(() => blobBytes(world, alice) === whole);
    // Between a piece and its repetition.
    cutAt(world, 3);
    let reads = 0;
    source.before = () => {
      if (++reads === 5) source.content = systemRandom(SIZE);
    };
    expect(await world.run(alice.room.attach(source))).toMatchObject({ error: { kind: "source" } });
    await world.until(() => blobBytes(world, alice) === whole);
    expect(await world.run(alice.room.uploads())).toEqual([]);
  });

  it("that cannot be read, or has words that are none, is not sent", async () => {
    const world = new World();
    const [alice] = await twoIn(world);
    const source = new Source(systemRandom(300_000));
    source.before = (offset) => {
      if (offset > 100_000) throw new Error("disk");
    };
    expect(await world.run(alice.room.attach(source))).toMatchObject({ error: { kind: "source" } });
    const short = new Source(systemRandom(100));
    short.content = short.content.slice(1);
    expect(await world.run(alice.room.attach(short))).toMatchObject({ error: { kind: "source" } });
    await world.until(() => blobBytes(world, alice) === 0);
    for (const change of [{ name: "" }, { mediaType: "text" }, { size: -1 }, { size: 1.5 }, { size: 2 ** 33 }]) {
      const bad = { name: "x", size: 5, read: () => Promise.resolve(new Uint8Array(5)), ...change };
      expect(await world.run(alice.room.attach(bad))).toMatchObject({ error: { kind: "malformed", what: "file" } });
    }
    expect(await cardsIn(world, alice.room)).toEqual([]);
  });

  it("that is cancelled gives the relay's space back, also when nobody could be told at once", async () => {
    const world = new World();
    const [alice] = await twoIn(world);
    for (const isOffline of [false, true]) {
      const cancel = new AbortController();
      const source = new Source(systemRandom(SIZE));
      source.before = (offset) => {
        if (offset < 20 * OPEN_CHUNK_BYTES || cancel.signal.aborted) return;
        if (isOffline) {
          world.isDown = true;
          world.cut();
        }
        cancel.abort();
      };
      const sent = alice.room.attach(source, { signal: cancel.signal });
      expect(await world.run(sent)).toMatchObject({ error: { kind: "cancelled" } });
      expect(await world.run(alice.room.uploads())).toEqual([]);
      if (isOffline) {
        await world.pass(5000);
        expect(blobBytes(world, alice)).toBeGreaterThan(1_000_000);
        world.isDown = false;
      }
      await world.until(() => blobBytes(world, alice) === 0);
    }
    expect(await cardsIn(world, alice.room)).toEqual([]);
    // While it waits for a connection.
    world.isDown = true;
    world.cut();
    const cancel = new AbortController();
    const waiting = alice.room.attach(new Source(systemRandom(10)), { signal: cancel.signal });
    await world.pass(1000);
    cancel.abort();
    expect(await world.run(waiting)).toMatchObject({ error: { kind: "cancelled" } });
  });

  it("of an earlier run can be given up", async () => {
    const world = new World();
    const [alice] = await twoIn(world);
    const source = new Source(systemRandom(SIZE));
    source.before = (offset) => {
      if (offset >= 10 * OPEN_CHUNK_BYTES) alice.kill();
    };
    void alice.room.attach(source);
    await world.pass(60_000);
    await alice.open();
    const [upload] = await world.run(alice.room.uploads());
    expect(await world.run(alice.room.discardUpload(BlobId.of(systemRandom(32))))).toMatchObject({
      error: { kind: "unknown" },
    });
    await world.get(alice.room.discardUpload(upload!.id));
    await world.until(() => blobBytes(world, alice) === 0);
    expect(await world.run(alice.room.uploads())).toEqual([]);
    expect([...alice.disk.records.keys()].filter((key) => key.includes("/upload/"))).toEqual([]);
  });

  it("that is taken back goes from the relay too, by the device that sent it and no other", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    await attached(world, bob, alice, new Source(systemRandom(10_000)));
    await attached(world, alice, bob, new Source(systemRandom(10_000)));
    const both = blobBytes(world, alice);
    const items = await world.run(alice.room.timeline());
    const ids = items.flatMap((item) => (item.kind === "message" ? [item.message.id] : []));
    // Alice may remove Bob's message, and has not what his blob is deleted with.
    await world.get(alice.room.remove(ids[0]!));
    await world.pass(2000);
    expect(blobBytes(world, alice)).toBe(both);
    const [card] = await cardsIn(world, alice.room);
    await world.get(alice.room.remove(ids[1]!));
    await world.until(() => blobBytes(world, alice) === both / 2);
    expect(await world.run(bob.room.fetchFile(card!))).toMatchObject({ error: { error: "blob_unknown" } });
    expect(await cardsIn(world, alice.room)).toEqual([]);
  });

  it("A83: is refused with a reason when it is too large, or the room is full, and leaves nothing behind", async () => {
    const world = new World({ limits: { blob: 400_000 }, quotas: { blobBytesPerRoom: 500_000 } });
    const [alice, bob] = await twoIn(world);
    const attempt = (size: number) => world.run(alice.room.attach(new Source(systemRandom(size))));
    // The relay says what it takes: nobody has to try.
    const { fileLimit } = alice.room.status();
    expect(fileLayout(fileLimit!).blobSize).toBeLessThanOrEqual(400_000);
    expect(fileLayout(fileLimit! + 1).blobSize).toBeGreaterThan(400_000);
    expect(await attempt(fileLimit! + 1)).toMatchObject({ error: { kind: "relay", error: "too_large" } });
    expect(await alice.room.uploads()).toEqual([]);
    await attached(world, alice, bob, new Source(systemRandom(300_000)));
    expect(await attempt(300_000)).toMatchObject({ error: { kind: "relay", error: "quota_exceeded" } });
    expect(await world.run(alice.room.uploads())).toEqual([]);
    expect(await cardsIn(world, alice.room)).toHaveLength(1);
  });

  it("waits while the relay says that it is too much at once, and messages go out meanwhile", async () => {
    const world = new World({ rates: { blobBytes: { burst: 4 * 65_536, perSecond: 65_536 } } });
    const [alice, bob] = await twoIn(world);
    const source = new Source(systemRandom(SIZE));
    const started = world.clock.now();
    let isThere = false;
    const sent = alice.room.attach(source).then((result) => {
      isThere = true;
      return result;
    });
    await world.until(() => heard(world, "writeBlob").length > 8);
    await world.get(alice.room.send("meanwhile"));
    await world.get(alice.room.flushed(2000));
    expect(isThere).toBe(false);
    await world.get(sent);
    await world.get(alice.room.flushed(60_000));
    expect(world.clock.now() - started).toBeGreaterThan(30_000);
    await world.until(() => bob.room.status().n === alice.room.status().n);
    expect(await bob.texts()).toEqual(["Alice: meanwhile"]);
    expect(equal(await fetched(world, bob), source.content)).toBe(true);
  });

  it("is read and written by members only: who was removed gets nothing more", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    await attached(world, alice, bob, new Source(systemRandom(10_000)));
    const [card] = await cardsIn(world, bob.room);
    const person = alice.room.members()[1]!.person;
    await world.get(alice.room.decide({ type: "remove", person, ban: false }));
    await world.until(() => bob.room.status().standing === "removed");
    expect(await world.run(bob.room.fetchFile(card!))).toMatchObject({ error: { kind: "not_member" } });
    expect(await world.run(bob.room.attach(new Source(systemRandom(10))))).toMatchObject({
      error: { kind: "not_member" },
    });
    // The epoch is another one now: the author proves that first.
    expect(await world.get(alice.room.fetchFile(card!))).toHaveLength(10_000);
  });

  it("ends when the client is closed, and is there to be resumed", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    world.isDown = true;
    world.cut();
    const source = new Source(systemRandom(1000));
    const sent = alice.room.attach(source);
    await world.pass(1000);
    await world.run(alice.client.close());
    expect(await world.run(sent)).toMatchObject({ error: { kind: "closed" } });
    world.isDown = false;
    await alice.open();
    const [upload] = await world.run(alice.room.uploads());
    await attached(world, alice, bob, source, { resume: upload!.id });
    expect(equal(await fetched(world, bob), source.content)).toBe(true);
    engineOf(bob.room).stop();
  });
});

describe("a file that is not what its author sent", () => {
  it("A74: RULE attachment.digest: a bit altered anywhere is corrupted, and no byte from there on is seen", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    const source = new Source(systemRandom(SIZE));
    await attached(world, alice, bob, source);
    const [card] = await cardsIn(world, bob.room);
    for (const [place, from, seenBefore] of [
      [0, 9, 0],
      [7, 30_000, 7],
      [39, 65_535, 39],
      [40, 20, 40],
      // In the list of hashes, which is read first.
      [40, -1, 0],
    ] as const) {
      const whole = new Map<number, number>();
      for (const { id, index } of heard(world, "readBlob")) whole.set(id, index);
      changeBlobs(world, ({ id, chunk }) => {
        for (const frame of heard(world, "readBlob")) whole.set(frame.id, frame.index);
        if (whole.get(id) !== place) return null;
        const altered = chunk.slice();
        altered[from < 0 ? altered.length + from : from]! ^= 4;
        return altered;
      });
      let seen = 0;
      const write = (piece: Uint8Array): void => {
        expect(equal(piece, source.content.slice(seen, seen + piece.length))).toBe(true);
        seen += piece.length;
      };
      const result = await world.run(bob.room.fetchFile(card!, { write }));
      expect(result).toMatchObject({ ok: false, error: { kind: "corrupted" } });
      expect(seen).toBe(seenBefore * OPEN_CHUNK_BYTES);
      expect(await world.run(bob.room.fetchFile(card!))).toMatchObject({ ok: false });
      await world.pass(2000);
    }
  });

  it("A74: RULE attachment.digest: a member who knows the key cannot exchange the file with the relay's help", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    await attached(world, alice, bob, new Source(systemRandom(50_000)));
    const [card] = await cardsIn(world, bob.room);
    const { chunks } = fileLayout(50_000);
    expect(chunks).toBe(1);
    // Everything is right but the author: sealed under the file's key, with its own list of hashes.
    const evil = sealChunk(nodeCrypto, card!, 0, systemRandom(50_000));
    changeBlobs(world, () => Buffer.concat([evil.bytes, evil.hash]));
    expect(await world.run(bob.room.fetchFile(card!))).toMatchObject({ error: { kind: "corrupted" } });
    // It would open where the message itself named it.
    const theirs = { ...card!, digest: digestOf(nodeCrypto, [evil.hash]) };
    expect((await world.get(bob.room.fetchFile(theirs)))?.length).toBe(50_000);
  });

  it("A81: RULE attachment.declared-size: no more is asked for or held than the card declares", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    await attached(world, alice, bob, new Source(systemRandom(500_000)));
    const [card] = await cardsIn(world, bob.room);
    world.heard.length = 0;
    expect(await world.run(bob.room.fetchFile(card!, { most: 499_999 }))).toMatchObject({
      error: { kind: "too_large" },
    });
    expect(await world.run(bob.room.fetchFile({ ...card!, size: 2 ** 32 }))).toMatchObject({
      error: { kind: "too_large" },
    });
    expect(heard(world, "readBlob")).toEqual([]);
    // A card that declares less than there is gets no more than it declared, and that does not hold.
    const small = { ...card!, size: 60_000 };
    expect(await world.run(bob.room.fetchFile(small))).toMatchObject({ error: { kind: "corrupted" } });
    expect(heard(world, "readBlob").length).toBeLessThanOrEqual(1);
    // A card that declares more is not filled up with anything.
    expect(await world.run(bob.room.fetchFile({ ...card!, size: 600_000 }))).toMatchObject({ ok: false });
    expect(decodeFileCard(encodeFileCard({ ...card!, size: 2 ** 33 }))).toBeNull();
  });

  it("a fetch that is cancelled stops asking; one of a file that is gone says so", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    await attached(world, alice, bob, new Source(systemRandom(SIZE)));
    const [card] = await cardsIn(world, bob.room);
    const cancel = new AbortController();
    const write = () => {
      cancel.abort();
    };
    world.heard.length = 0;
    const stopped = bob.room.fetchFile(card!, { write, signal: cancel.signal });
    expect(await world.run(stopped)).toMatchObject({ error: { kind: "cancelled" } });
    expect(heard(world, "readBlob").length).toBeLessThan(10);
    const gone = { ...card!, blobId: BlobId.of(systemRandom(32)) };
    expect(await world.run(bob.room.fetchFile(gone))).toMatchObject({
      error: { kind: "relay", error: "blob_unknown" },
    });
  });
});
