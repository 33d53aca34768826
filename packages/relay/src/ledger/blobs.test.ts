import { nodeCrypto, systemRandom } from "@conclave/crypto/node";
import { BLOB_CHUNK_BYTES, blobChunkLength, blobChunks, blobIdOf, type Response, type RoomTag } from "@conclave/wire";
import { openDatabase } from "@conclave/sqlite";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { CoreWorld } from "../core/coreWorld.js";
import { commitAppend, messageAppend, newKey, type ScriptedClient } from "../core/scriptedClient.js";
import { SqliteStore } from "../store/sqlite/sqliteStore.js";

const sha256 = (data: Uint8Array): Uint8Array => nodeCrypto.hash("sha256", data);
const error = (code: string) => ({ type: "error", error: code });
const DAY = 24 * 60 * 60 * 1000;
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A blob as its uploader sees it. */
class Upload {
  readonly secret = systemRandom(32);
  readonly blobId = blobIdOf(sha256, this.secret);
  readonly content: Uint8Array;

  constructor(
    readonly client: ScriptedClient,
    readonly roomTag: RoomTag,
    readonly size: number,
  ) {
    this.content = systemRandom(size);
  }

  begin(size = this.size): Promise<Response> {
    return this.client.ask({ type: "beginBlob", roomTag: this.roomTag, blobId: this.blobId, size });
  }

  chunk(index: number): Uint8Array {
    const from = index * BLOB_CHUNK_BYTES;
    return this.content.slice(from, from + blobChunkLength(this.size, index));
  }

  write(index: number, chunk = this.chunk(index)): Promise<Response> {
    return this.client.ask({ type: "writeBlob", roomTag: this.roomTag, blobId: this.blobId, index, chunk });
  }

  async whole(): Promise<this> {
    await this.begin();
    for (let index = 0; index < blobChunks(this.size); index++) await this.write(index);
    return this;
  }

  read(index: number, client = this.client): Promise<Response> {
    return client.ask({ type: "readBlob", roomTag: this.roomTag, blobId: this.blobId, index });
  }

  drop(secret = this.secret): Promise<Response> {
    return this.client.ask({ type: "dropBlob", roomTag: this.roomTag, secret });
  }
}

async function withUpload(size: number, world = new CoreWorld()) {
  const founded = await world.founder();
  return { world, ...founded, upload: new Upload(founded.client, founded.roomTag, size) };
}

describe("blobs", () => {
  it("are written in chunks, can be gone on with, and are read once they are complete", async () => {
    const { world, upload, roomTag, key } = await withUpload(150_000);
    expect(await upload.begin()).toMatchObject({ type: "blobState", chunks: 0 });
    expect(await upload.write(0)).toMatchObject({ type: "blobState", chunks: 1 });
    expect(await upload.read(0)).toMatchObject(error("blob_unknown"));
    world.restart();
    const client = await world.connect();
    await client.prove(roomTag, 0, key);
    const again = Object.assign(Object.create(upload) as Upload, { client });
    expect(await again.begin()).toMatchObject({ type: "blobState", chunks: 1 });
    await again.write(1);
    expect(await again.write(2)).toMatchObject({ chunks: 3 });
    for (const index of [0, 1, 2]) expect(await again.read(index)).toMatchObject({ chunk: upload.chunk(index) });
    expect(await again.read(3)).toMatchObject(error("blob_unknown"));
  });

  it("RULE blob.in-order: no gap, no other content, no other size or length; a repeat is no fault", async () => {
    const { upload } = await withUpload(150_000);
    expect(await upload.write(0)).toMatchObject(error("blob_unknown"));
    await upload.begin();
    const conflicts = [
      () => upload.begin(150_001),
      () => upload.write(1),
      () => upload.write(0, upload.chunk(0).slice(1)),
      () => upload.write(0, new Uint8Array()),
      () => upload.write(3, new Uint8Array()),
    ];
    for (const attempt of conflicts) expect(await attempt()).toMatchObject(error("blob_conflict"));
    await upload.write(0);
    expect(await upload.write(0)).toMatchObject({ type: "blobState", chunks: 1 });
    const other = upload.chunk(0);
    other[5]! ^= 1;
    expect(await upload.write(0, other)).toMatchObject(error("blob_conflict"));
    await upload.write(1);
    expect(await upload.write(2, upload.chunk(1))).toMatchObject(error("blob_conflict"));
    await upload.write(2);
    expect(await upload.read(0)).toMatchObject({ chunk: upload.chunk(0) });
  });

  it("A83: RULE blob.bounded: bytes are taken from the room's quota as they come, and given back; what never comes takes none", async () => {
    const world = new CoreWorld({ quotas: { blobBytesPerRoom: 250_000 }, limits: { blob: 160_000 } });
    const { upload, client, roomTag } = await withUpload(150_000, world);
    const [second, third] = [new Upload(client, roomTag, 150_000), new Upload(client, roomTag, 90_000)];
    expect(await new Upload(client, roomTag, 160_001).begin()).toMatchObject(error("too_large"));
    for (let n = 0; n < 10; n++) await new Upload(client, roomTag, 150_000).begin();
    await third.begin();
    await upload.begin();
    for (let n = 0; n < 3; n++) expect(await upload.write(n)).toMatchObject({ type: "blobState", chunks: n + 1 });
    // 150,000 bytes and 12 rows of 4,096.
    expect(await second.begin()).toMatchObject(error("quota_exceeded"));
    expect(await third.write(0)).toMatchObject(error("quota_exceeded"));
    expect(await third.begin()).toMatchObject({ chunks: 0 });
    await upload.drop();
    expect(await third.write(0)).toMatchObject({ chunks: 1 });
    expect(await third.write(1)).toMatchObject({ chunks: 2 });
    await third.drop();
    expect(world.store.rooms.get(roomTag)).toMatchObject({ blobBytes: 10 * 4096 });
    // Of one that is unfinished, what has come is given back.
    await second.begin();
    await second.write(0);
    await second.drop();
    expect(world.store.rooms.get(roomTag)).toMatchObject({ blobBytes: 10 * 4096 });
    // Small ones are not free: each counts as a row.
    const tiny = await withUpload(1, new CoreWorld({ quotas: { blobBytesPerRoom: 250_000 } }));
    for (let n = 0; n < 61; n++) await new Upload(tiny.client, tiny.roomTag, 1).begin();
    expect(await tiny.upload.begin()).toMatchObject(error("quota_exceeded"));
  });

  it("A83: RULE relay.file-rate: one address begins only so many, over all its connections; going on with one is free", async () => {
    const world = new CoreWorld({ rates: { files: { burst: 3, perSecond: 0.1 } } });
    const { upload, roomTag, key } = await withUpload(100, world);
    await upload.begin();
    for (const [address, answers] of [
      ["address", ["blobState", "blobState", "error", "error"]],
      ["other", ["blobState", "blobState", "blobState", "error"]],
    ] as const) {
      const got: string[] = [];
      for (let n = 0; n < 4; n++) {
        const client = await world.connect(address);
        await client.prove(roomTag, 0, key);
        got.push((await new Upload(client, roomTag, 100).begin()).type);
      }
      expect(got).toEqual(answers);
    }
    expect(await upload.begin()).toMatchObject({ type: "blobState" });
    expect(await new Upload(upload.client, roomTag, 100).begin()).toMatchObject({
      ...error("rate_limited"),
      retryAfter: 10_000,
    });
    world.now += 10_000;
    expect(await new Upload(upload.client, roomTag, 100).begin()).toMatchObject({ type: "blobState" });
  });

  it("RULE blob.own-only: only who has the secret behind the name deletes a blob", async () => {
    const { world, upload, key } = await withUpload(100);
    await upload.whole();
    const other = await world.connect();
    await other.prove(upload.roomTag, 0, key);
    const theirs = Object.assign(Object.create(upload) as Upload, { client: other });
    for (const secret of [upload.blobId, systemRandom(32)]) {
      expect(await theirs.drop(secret)).toMatchObject({ type: "done" });
    }
    expect(await theirs.read(0)).toMatchObject({ chunk: upload.chunk(0) });
    expect(await upload.drop()).toMatchObject({ type: "done" });
    expect(await upload.drop()).toMatchObject({ type: "done" });
    expect(await upload.read(0)).toMatchObject(error("blob_unknown"));
  });

  it("A83: RULE blob.expires: an upload that nobody goes on with gives its space back; a complete blob lives by its own age", async () => {
    const settings = { quotas: { blobBytesPerRoom: 400_000 }, retention: { uploadAge: DAY, maxAge: 3 * DAY } };
    const { world, upload, client, roomTag } = await withUpload(150_000, new CoreWorld(settings));
    const whole = await new Upload(client, roomTag, 150_000).whole();
    await upload.begin();
    world.tick(DAY / 2);
    await upload.write(0);
    world.tick(DAY - 1);
    expect(await upload.begin()).toMatchObject({ chunks: 1 });
    world.tick(60_000);
    expect(await upload.write(1)).toMatchObject(error("blob_unknown"));
    expect(await new Upload(client, roomTag, 200_000).begin()).toMatchObject({ type: "blobState" });
    expect(await whole.read(0)).toMatchObject({ chunk: whole.chunk(0) });
    world.tick(2 * DAY);
    expect(await whole.read(0)).toMatchObject(error("blob_unknown"));
  });

  it("a deleted blob's bytes leave the disk a step at a time", async () => {
    const folder = mkdtempSync(join(tmpdir(), "conclave-blobs-"));
    folders.push(folder);
    const database = openDatabase(join(folder, "relay.db"));
    const world = new CoreWorld({ rates: { blobBytes: { burst: 1e9, perSecond: 1 } } }, new SqliteStore(database));
    const { upload } = await withUpload(200 * BLOB_CHUNK_BYTES, world);
    await upload.whole();
    const kept = await new Upload(upload.client, upload.roomTag, 10).whole();
    const chunks = () => database.prepare("SELECT count(*) AS n FROM blob_chunk").get()?.["n"];
    expect(chunks()).toBe(201);
    await upload.drop();
    world.tick(31_000);
    expect(chunks()).toBe(73);
    world.tick(1000);
    expect(chunks()).toBe(1);
    expect(await kept.read(0)).toMatchObject({ chunk: kept.chunk(0) });
    world.store.close();
  });

  it("A83: RULE blob.purge-keeps-up: many small deleted blobs leave the disk in one step, as the chunks of a large one do", async () => {
    const folder = mkdtempSync(join(tmpdir(), "conclave-blobs-"));
    folders.push(folder);
    const database = openDatabase(join(folder, "relay.db"));
    const plenty = { burst: 1e9, perSecond: 1 };
    const world = new CoreWorld({ rates: { blobBytes: plenty, files: plenty } }, new SqliteStore(database));
    const { upload } = await withUpload(10, world);
    for (let n = 0; n < 200; n++) {
      const small = await new Upload(upload.client, upload.roomTag, 10).whole();
      await small.drop();
    }
    const rows = () =>
      database.prepare("SELECT (SELECT count(*) FROM blob_chunk) + count(*) AS n FROM blob").get()?.["n"];
    expect(rows()).toBe(400);
    world.now += 31_000;
    expect(world.core.tick(world.now)).toBe(true);
    expect(rows()).toBe(145);
    expect(world.core.tick(world.now)).toBe(false);
    expect(rows()).toBe(0);
    world.store.close();
  });

  it("RULE relay.members-only: somebody who was removed neither reads what came after, nor what was there, nor writes", async () => {
    const { world, client, roomTag, key, upload } = await withUpload(100);
    await upload.whole();
    const removed = await world.connect();
    await removed.prove(roomTag, 0, key);
    expect(await upload.read(0, removed)).toMatchObject({ type: "blob" });
    const next = newKey();
    await client.ask(commitAppend(roomTag, next));
    await client.prove(roomTag, 1, next);
    const later = await new Upload(client, roomTag, 100).whole();
    for (const one of [upload, later]) expect(await one.read(0, removed)).toMatchObject(error("write_denied"));
    expect(await new Upload(removed, roomTag, 100).begin()).toMatchObject(error("write_denied"));
    expect(await later.read(0)).toMatchObject({ chunk: later.chunk(0) });
    // Another room's member has another room's blobs.
    const other = await world.founder();
    expect(await later.read(0, other.client)).toMatchObject(error("write_denied"));
  });

  it("RULE relay.blob-rate: bytes of files are counted apart, so that messages are sent meanwhile", async () => {
    const rates = {
      connection: { burst: 40, perSecond: 1 },
      blobBytes: { burst: 3 * BLOB_CHUNK_BYTES, perSecond: 65_536 },
    };
    const { world, client, roomTag, upload } = await withUpload(5 * BLOB_CHUNK_BYTES, new CoreWorld({ rates }));
    await upload.begin();
    for (const index of [0, 1, 2]) expect(await upload.write(index)).toMatchObject({ chunks: index + 1 });
    expect(await upload.write(3)).toMatchObject({ ...error("rate_limited"), retryAfter: 1000 });
    for (let n = 0; n < 5; n++) expect(await client.ask(messageAppend(roomTag))).toMatchObject({ type: "appended" });
    world.now += 1000;
    expect(await upload.write(3)).toMatchObject({ chunks: 4 });
    // Reading costs as much.
    world.now += 1000;
    await upload.write(4);
    expect(await upload.read(0)).toMatchObject(error("rate_limited"));
    world.now += 1000;
    expect(await upload.read(0)).toMatchObject({ type: "blob" });
  });
});
