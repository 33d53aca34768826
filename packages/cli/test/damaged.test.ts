import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeCrypto, systemRandom } from "@conclave/crypto/node";
import { openDatabase } from "@conclave/sqlite";
import { type BlobId, blobIdOf, inboxIdOf, RoomTag, slotIdOfToken } from "@conclave/wire";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { commitAppend, messageAppend, newKey, SocketClient, type Ask, type Key } from "@conclave/relay/testing";
import { Running } from "./processes.js";

vi.setConfig({ testTimeout: 120_000 });

const sha256 = (data: Uint8Array): Uint8Array => nodeCrypto.hash("sha256", data);
const EMPTY = new Uint8Array();
const NONE = "nothing of it is damaged";
/** What is done to one room's rows, and what hits upon it. `?` is the room's number. */
const DAMAGES: Readonly<Record<string, { readonly sql: string; readonly hits: keyof Probes | null }>> = {
  [NONE]: { sql: "", hits: null },
  "write keys that are none": { sql: "UPDATE room_key SET key = x'0102' WHERE room = ?", hits: "prove" },
  "a text where the keys were": { sql: "UPDATE room_key SET key = 'junk' WHERE room = ?", hits: "append" },
  "a head that is cut": { sql: "UPDATE room SET head = substr(head, 1, 31) WHERE no = ?", hits: "subscribe" },
  "a length that is no number": { sql: "UPDATE room SET n = 'many' WHERE no = ?", hits: "read" },
  "a length that is too short": { sql: "UPDATE room SET n = 1 WHERE no = ?", hits: "append" },
  "a negative epoch": { sql: "UPDATE room SET epoch = -1 WHERE no = ?", hits: "subscribe" },
  "a record whose head is cut": { sql: "UPDATE record SET head = x'00' WHERE id = ? * 4294967296 + 2", hits: "read" },
  "a record of no kind": { sql: "UPDATE record SET kind = 9 WHERE id = ? * 4294967296 + 2", hits: "subscribe" },
  "a record that is gone": { sql: "DELETE FROM record WHERE id = ? * 4294967296 + 2", hits: "read" },
  "an id of an append": { sql: "UPDATE record SET append_id = 'x' WHERE id = ? * 4294967296 + 2", hits: "read" },
  "a roster record": { sql: "UPDATE roster SET record = 5 WHERE room = ?", hits: "roster" },
  "a slot's token": { sql: "UPDATE slot SET token_pub = x'00' WHERE room = ?", hits: "slot" },
  "a slot's version": { sql: "UPDATE slot_version SET blob = 5 WHERE room = ?", hits: "slot" },
  "a join request": { sql: "UPDATE request SET slot_id = x'00' WHERE room = ?", hits: "requests" },
  "a file's row": { sql: "UPDATE blob SET missing = 7 WHERE room = ?", hits: "file" },
  "a file's bytes": {
    sql: "UPDATE blob_chunk SET bytes = 'x' WHERE id / 1048576 = (SELECT no FROM blob WHERE room = ?)",
    hits: "file",
  },
  "a delivery": { sql: "UPDATE inbox SET n = 'x' WHERE room_tag = (SELECT tag FROM room WHERE no = ?)", hits: null },
};

interface Probes {
  readonly prove: string;
  readonly read: string;
  readonly subscribe: string;
  readonly roster: string;
  readonly slot: string;
  readonly requests: string;
  readonly file: string;
  readonly append: string;
  readonly commit: string;
}

/** A room with something in each of a relay's tables. */
class FullRoom {
  readonly roomTag = RoomTag.of(systemRandom(32));
  private readonly key = newKey();
  private readonly later = newKey();
  private readonly token = newKey();
  private readonly slot = {
    slotId: slotIdOfToken(sha256, this.token.publicKey),
    tokenPub: this.token.publicKey,
    blob: systemRandom(9),
  };
  private readonly secret = systemRandom(32);
  private readonly record = systemRandom(5);

  async fill(client: SocketClient, inbox: Key): Promise<void> {
    const { roomTag, key, later, token } = this;
    const slots = [this.slot];
    const deliveries = [{ inboxId: inboxIdOf(sha256, inbox.publicKey), blob: systemRandom(4) }];
    await this.must(client, { type: "createRoom", roomTag, writeKey: key.publicKey, attachment: EMPTY, permit: EMPTY });
    await client.prove(roomTag, 0, key);
    await this.must(client, messageAppend(roomTag));
    await this.must(client, messageAppend(roomTag));
    await this.must(client, commitAppend(roomTag, later, { attachment: this.record, slots, deliveries }));
    await client.proveSlot(roomTag, this.slot.slotId, token);
    await this.must(client, { type: "postRequest", roomTag, slotId: this.slot.slotId, blob: systemRandom(6) });
    await client.prove(roomTag, 1, later);
    await this.must(client, { type: "beginBlob", roomTag, blobId: this.blobId, size: 3 });
    await this.must(client, { type: "writeBlob", roomTag, blobId: this.blobId, index: 0, chunk: systemRandom(3) });
  }

  /** What comes back for a request of each kind: the answer's type, or the error. */
  async probe(client: SocketClient): Promise<Probes> {
    const { roomTag, later, slot } = this;
    const { blobId } = this;
    const said = async (ask: Ask): Promise<string> => {
      const answer = await client.ask(ask);
      return answer.type === "error" ? answer.error : answer.type;
    };
    const proved = await client.prove(roomTag, 1, later);
    const place = { epoch: 1, lastCommit: 3 };
    return {
      prove: proved.type === "error" ? proved.error : proved.type,
      read: await said({ type: "read", roomTag, fromN: 1, limit: 100 }),
      subscribe: await said({ type: "subscribe", roomTag, fromN: 1 }),
      roster: await said({ type: "readRoster", roomTag, record: sha256(this.record) }),
      slot: await said({ type: "getSlot", roomTag, slotId: slot.slotId, back: 0 }),
      requests: await said({ type: "listRequests", roomTag, after: 0 }),
      file: await said({ type: "readBlob", roomTag, blobId, index: 0 }),
      append: await said(messageAppend(roomTag, place)),
      commit: await said(commitAppend(roomTag, newKey(), { ...place, attachment: systemRandom(5) })),
    };
  }

  private get blobId(): BlobId {
    return blobIdOf(sha256, this.secret);
  }

  private async must(client: SocketClient, ask: Ask): Promise<void> {
    const answer = await client.ask(ask);
    if (answer.type === "error") throw new Error(`${ask.type}: ${answer.error}`);
  }
}

const WHOLE: Probes = {
  ...{ prove: "done", read: "page", subscribe: "subscribed", roster: "roster", slot: "slot", requests: "requests" },
  ...{ file: "blob", append: "appended", commit: "appended" },
};

describe("a relay whose database has a damaged row", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "conclave-damaged-"));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const serve = async () => {
    const free = createServer().listen(0, "127.0.0.1");
    await once(free, "listening");
    const metrics = (free.address() as AddressInfo).port;
    free.close();
    const flags = ["--no-web", "--metrics-port", String(metrics)];
    const relay = new Running(["serve", "--port", "0", "--data", folder, ...flags]);
    const address = (await relay.line((line) => line.includes("Address"))).trim().split(/\s+/u)[1]!;
    return { relay, address, metrics, client: await SocketClient.connect(`${address.replace("http", "ws")}/relay`) };
  };
  const inboxOf = async (client: SocketClient, inbox: Key): Promise<number> => {
    await client.proveInbox(inbox);
    const answer = await client.ask({ type: "fetchInbox", inboxId: inboxIdOf(sha256, inbox.publicKey), after: 0 });
    return answer.type === "inbox" ? answer.items.length : -1;
  };

  it("RULE relay.damage-stays-local: refuses what the row belongs to, by a code and in its log, and serves everybody else", async () => {
    const inbox = newKey();
    const names = Object.keys(DAMAGES);
    const rooms = names.map(() => new FullRoom());
    const first = await serve();
    for (const room of rooms) await room.fill(first.client, inbox);
    expect(await inboxOf(first.client, inbox)).toBe(names.length);
    await first.relay.stop();

    const database = openDatabase(join(folder, "relay.db"));
    for (const [at, { sql }] of Object.values(DAMAGES).entries()) {
      // A room has the number of its creation.
      if (sql !== "") expect([names[at], database.prepare(sql).run(at + 1).changes > 0]).toEqual([names[at], true]);
    }
    database.close();

    const { relay, address, metrics, client } = await serve();
    for (const [at, name] of names.entries()) {
      const probes = await rooms[at]!.probe(client);
      const { hits } = DAMAGES[name]!;
      if (hits === null) expect([name, probes]).toEqual([name, WHOLE]);
      else expect([name, probes[hits]]).toEqual([name, "room_damaged"]);
      const told = Object.entries(probes).filter(([kind, said]) => said !== WHOLE[kind as keyof Probes]);
      expect([name, told.filter(([, said]) => said !== "room_damaged")]).toEqual([name, []]);
    }
    expect(await inboxOf(client, inbox)).toBe(names.length - 1);
    for (const damage of ["table room_key, row 2, column key", "table inbox", "table blob_chunk", "table record"]) {
      expect(relay.errors).toContain(damage);
    }
    expect(relay.errors.split("column key").length - 1).toBe(2);
    expect(await (await fetch(`http://127.0.0.1:${String(metrics)}/metrics`)).text()).toMatch(
      /conclave_damaged_rows \d\d/u,
    );
    expect((await fetch(`${address}/readyz`)).status).toBe(200);
    expect(await relay.stop()).toBe(0);
  });
});
