import { nodeCrypto, systemRandom } from "@conclave/crypto/node";
import { BLOB_CHUNK_BYTES, BlobId, blobIdOf, RoomTag } from "@conclave/wire";
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { messageAppend, newKey } from "../src/core/scriptedClient.js";
import { dataFolder } from "./dataFolder.js";
import { SocketClient } from "../src/server/socketClient.js";

const CHUNKS = 240;
const sha256 = (data: Uint8Array): Uint8Array => nodeCrypto.hash("sha256", data);
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

async function startProcess(dataDir: string) {
  const file = fileURLToPath(new URL("./relayProcess.mjs", import.meta.url));
  const child = fork(file, [dataDir], { execArgv: [] });
  children.push(child);
  const [{ socketUrl }] = (await once(child, "message")) as [{ socketUrl: string }];
  return { child, client: await SocketClient.connect(socketUrl) };
}

describe("a relay that is killed (kill -9) under an upload", () => {
  it("has every chunk that it acknowledged, goes on from there, and gives the blob back byte for byte", async () => {
    const dataDir = dataFolder();
    const [roomTag, key, secret] = [RoomTag.of(systemRandom(32)), newKey(), systemRandom(32)];
    const blobId = blobIdOf(sha256, secret);
    const content = systemRandom(CHUNKS * BLOB_CHUNK_BYTES - 1000);
    const chunk = (index: number) => content.slice(index * BLOB_CHUNK_BYTES, (index + 1) * BLOB_CHUNK_BYTES);
    let acknowledged = 0;
    for (let round = 0; acknowledged < CHUNKS; round++) {
      expect(round).toBeLessThan(6);
      const { child, client } = await startProcess(dataDir);
      if (round === 0) {
        const empty = new Uint8Array();
        await client.ask({ type: "createRoom", roomTag, writeKey: key.publicKey, attachment: empty, permit: empty });
      }
      await client.prove(roomTag, 0, key);
      const state = await client.ask({ type: "beginBlob", roomTag, blobId, size: content.length });
      if (state.type !== "blobState") throw new Error(JSON.stringify(state));
      expect(state.chunks).toBeGreaterThanOrEqual(acknowledged);
      acknowledged = state.chunks;
      // In the last round everything; before, it is killed when some are acknowledged, with others on their way.
      const enough = round < 4 ? acknowledged + 30 : CHUNKS;
      for (let next = acknowledged; next < CHUNKS; next += 8) {
        const indexes = Array.from({ length: Math.min(8, CHUNKS - next) }, (_, at) => next + at);
        const answers = client.askAll(
          indexes.map((index) => ({ type: "writeBlob", roomTag, blobId, index, chunk: chunk(index) })),
        );
        for (const answer of answers) {
          void answer.then((told) => {
            if (told.type === "blobState") acknowledged = told.chunks;
          });
        }
        if (acknowledged >= enough) break;
        await answers[0];
      }
      if (round < 4) {
        child.kill("SIGKILL");
        await once(child, "exit");
      } else {
        await client.ask({ type: "beginBlob", roomTag, blobId, size: content.length });
        const read: Uint8Array[] = [];
        for (let index = 0; index < CHUNKS; index++) {
          const answer = await client.ask({ type: "readBlob", roomTag, blobId, index });
          if (answer.type !== "blob") throw new Error(JSON.stringify(answer));
          read.push(answer.chunk);
        }
        expect(Buffer.compare(Buffer.concat(read), content)).toBe(0);
      }
    }
  });

  it("sends a room's messages while big files come in: an append waits for a few chunks, not for all", async () => {
    const { client } = await startProcess(dataFolder());
    const [roomTag, key, empty] = [RoomTag.of(systemRandom(32)), newKey(), new Uint8Array()];
    await client.ask({ type: "createRoom", roomTag, writeKey: key.publicKey, attachment: empty, permit: empty });
    await client.prove(roomTag, 0, key);
    const blobId = BlobId.of(systemRandom(32));
    const chunk = systemRandom(BLOB_CHUNK_BYTES);
    const size = 200 * BLOB_CHUNK_BYTES;
    await client.ask({ type: "beginBlob", roomTag, blobId, size });
    // As a client does it: four chunks on their way, the next one when one is acknowledged.
    let written = 0;
    let next = 0;
    const lane = async (): Promise<void> => {
      while (next < 200) {
        await client.ask({ type: "writeBlob", roomTag, blobId, index: next++, chunk });
        written++;
      }
    };
    const uploading = Promise.all([lane(), lane(), lane(), lane()]);
    const waits: number[] = [];
    while (written < 150) {
      const before = written;
      expect(await client.ask(messageAppend(roomTag))).toMatchObject({ type: "appended" });
      waits.push(written - before);
    }
    await uploading;
    expect(waits.length).toBeGreaterThan(10);
    expect(Math.max(...waits)).toBeLessThan(40);
  });
});
