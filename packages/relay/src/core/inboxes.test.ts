import { nodeCrypto, systemRandom } from "@conclave/crypto/node";
import { InboxId, inboxIdOf, type InboxItem } from "@conclave/wire";
import { describe, expect, it } from "vitest";
import type { PartialSettings } from "../settings.js";
import { CoreWorld } from "./coreWorld.js";
import { commitAppend, newKey } from "./scriptedClient.js";

const error = (code: string) => ({ type: "error", error: code });
const newInbox = () => {
  const key = newKey();
  return { key, inboxId: inboxIdOf((data) => nodeCrypto.hash("sha256", data), key.publicKey) };
};

/** A room whose founder delivers things to one inbox, each with a commit, and who waits at that inbox. */
async function delivering(settings: PartialSettings = {}) {
  const world = new CoreWorld(settings);
  const { client, roomTag } = await world.founder();
  const { connection, client: owner } = world.connectRaw();
  await owner.hello();
  const { key, inboxId } = newInbox();
  let epoch = 0;
  const deliver = async (fill: number, to = inboxId): Promise<void> => {
    const next = newKey();
    const deliveries = [{ inboxId: to, blob: new Uint8Array(10).fill(fill) }];
    const answer = await client.ask(commitAppend(roomTag, next, { epoch, lastCommit: epoch, deliveries }));
    if (answer.type !== "appended") throw new Error(answer.type);
    epoch++;
    await client.prove(roomTag, epoch, next);
  };
  return { world, connection, owner, key, inboxId, deliver };
}

const fills = (items: readonly InboxItem[]) => items.map(({ blob }) => blob[0]);

describe("an inbox", () => {
  it("is read page by page, which say whether there is more, and cleared up to where its owner has read", async () => {
    const { owner, key, inboxId, deliver } = await delivering({ limits: { pageItems: 3 } });
    await owner.proveInbox(key);
    const fetch = async (after: number) => {
      const answer = await owner.ask({ type: "fetchInbox", inboxId, after });
      if (answer.type !== "inbox") throw new Error(answer.type);
      return answer;
    };
    expect(await fetch(0)).toMatchObject({ items: [], more: false });
    for (const fill of [1, 2, 3, 4, 5, 6]) await deliver(fill);
    const first = await fetch(0);
    expect([fills(first.items), first.more]).toEqual([[1, 2, 3], true]);
    const second = await fetch(first.items[2]!.item);
    expect([fills(second.items), second.more]).toEqual([[4, 5, 6], false]);
    expect(await fetch(second.items[2]!.item)).toMatchObject({ items: [], more: false });
    expect(await owner.ask({ type: "clearInbox", inboxId, upTo: first.items[2]!.item })).toMatchObject({
      type: "done",
    });
    expect(fills((await fetch(0)).items)).toEqual([4, 5, 6]);
  });

  it("holds the newest eight things of a room, and nothing for longer than thirty days", async () => {
    const { world, owner, key, inboxId, deliver } = await delivering();
    await owner.proveInbox(key);
    for (let fill = 1; fill <= 10; fill++) await deliver(fill);
    const fetch = { type: "fetchInbox" as const, inboxId, after: 0 };
    const answer = await owner.ask(fetch);
    expect(answer.type === "inbox" && fills(answer.items)).toEqual([3, 4, 5, 6, 7, 8, 9, 10]);
    world.tick(30 * 24 * 3_600_000);
    expect(await owner.ask(fetch)).toMatchObject({ items: Array(8).fill({}) });
    world.tick(31_000);
    expect(await owner.ask(fetch)).toMatchObject({ items: [] });
  });

  it("tells each connection that watches it of what is new, and nobody where none does, or when they have gone", async () => {
    const { world, connection, owner, key, inboxId, deliver } = await delivering();
    const outputs: string[] = [];
    const commit = world.core.commit.bind(world.core);
    world.core.commit = () => {
      const all = commit();
      outputs.push(...all.map(({ kind }) => kind).filter((kind) => kind !== "send"));
      return all;
    };
    await deliver(1);
    expect(outputs).toEqual([]);
    const other = await world.connect();
    for (const each of [owner, owner, other]) await each.proveInbox(key);
    await deliver(2, InboxId.of(systemRandom(32)));
    expect(outputs).toEqual([]);
    await deliver(3);
    expect([outputs, owner.pushes, other.pushes]).toEqual([
      ["push"],
      [{ type: "inboxChanged", inboxId }],
      [{ type: "inboxChanged", inboxId }],
    ]);
    world.core.close(connection);
    await deliver(4);
    expect([owner.pushes.length, other.pushes.length]).toEqual([1, 2]);
  });

  it("RULE session.bounded: one connection watches only so many, and one that it watches already is no other", async () => {
    const world = new CoreWorld({ limits: { subscriptions: 2 } });
    const { connection, client } = world.connectRaw();
    await client.hello();
    const [first, second, third] = [newInbox(), newInbox(), newInbox()];
    for (const { key } of [first, second, first]) expect(await client.proveInbox(key)).toMatchObject({ type: "done" });
    expect(await client.proveInbox(third.key)).toMatchObject(error("quota_exceeded"));
    const fetch = { type: "fetchInbox" as const, inboxId: third.inboxId, after: 0 };
    expect(await client.ask(fetch)).toMatchObject(error("inbox_denied"));
    // Nothing of them stays when it has gone.
    const { watchers } = (world.core as unknown as { handler: { inboxes: { watchers: ReadonlyMap<string, unknown> } } })
      .handler.inboxes;
    expect(watchers.size).toBe(2);
    world.core.close(connection);
    expect(watchers.size).toBe(0);
  });
});
