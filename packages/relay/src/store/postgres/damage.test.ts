import { systemRandom } from "@conclave/crypto/node";
import { describe, expect, it } from "vitest";
import { messageAppend } from "../../core/scriptedClient.js";
import { hasPostgres } from "./postgresServer.js";
import { newRoom, TestServer } from "./sharedWorld.fixture.js";

const error = { type: "error", error: "room_damaged" };

describe.skipIf(!hasPostgres)("damaged rows in PostgreSQL (skipped without PostgreSQL)", () => {
  const server = new TestServer();

  it("RULE relay.damage-unserved: a room of which one bit was changed is refused, and the others go on", async () => {
    const address = server.newDatabase();
    const relay = await server.relay(address, systemRandom(32));
    const [client, reader] = [await relay.connect(), await relay.connect()];
    const { roomTag, key } = await newRoom(client);
    const other = await newRoom(client);
    for (const room of [{ roomTag, key }, other]) {
      expect((await client.prove(room.roomTag, 0, room.key)).type).toBe("done");
      for (let n = 0; n < 3; n++) await client.ask(messageAppend(room.roomTag, { payload: systemRandom(100) }));
    }
    const append = messageAppend(roomTag);
    for (let time = 0; time < 2; time++) expect(await client.ask(append)).toMatchObject({ n: 4 });
    const page = (fromN: number, of = roomTag) => reader.ask({ type: "read", roomTag: of, fromN, limit: 9 });
    const first = "room = (SELECT min(no) FROM room)";
    const changes = {
      payload: "set_byte(payload, 0, get_byte(payload, 0) # 4)",
      head: "set_byte(head, 9, get_byte(head, 9) # 1)",
      epoch: "epoch + 1",
    };
    for (const [column, changed] of Object.entries(changes)) {
      const before = server.query(address, `SELECT ${column} FROM record WHERE ${first} AND n = 3`);
      server.query(address, `UPDATE record SET ${column} = ${changed} WHERE ${first} AND n = 3`);
      for (const fromN of [1, 3]) {
        expect(await page(fromN), column).toMatchObject(error);
        expect(await reader.ask({ type: "subscribe", roomTag, fromN }), column).toMatchObject(error);
      }
      expect(await page(1, other.roomTag)).toMatchObject({ items: [{ n: 1 }, { n: 2 }, { n: 3 }] });
      server.query(address, `UPDATE record SET ${column} = '${before}' WHERE ${first} AND n = 3`);
      expect(await page(3)).toMatchObject({ items: [{ n: 3 }, { n: 4 }] });
    }
    server.query(address, `UPDATE record SET payload = 'x' WHERE ${first} AND n = 4`);
    expect(await client.ask(append)).toMatchObject(error);
    server.query(address, `DELETE FROM record WHERE ${first} AND n = 2`);
    expect(await page(3)).toMatchObject(error);
    server.query(
      address,
      "UPDATE room SET head = set_byte(head, 0, get_byte(head, 0) # 1) WHERE no = (SELECT min(no) FROM room)",
    );
    for (const fromN of [1, 4, 5]) expect(await page(fromN)).toMatchObject(error);
    expect(await client.ask(messageAppend(roomTag))).toMatchObject(error);
    expect(await client.ask(messageAppend(other.roomTag))).toMatchObject({ n: 4 });
  });
});
