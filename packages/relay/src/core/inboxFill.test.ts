import { systemRandom } from "@conclave/crypto/node";
import { InboxId } from "@conclave/wire";
import { expect, it } from "vitest";
import { CoreWorld } from "./coreWorld.js";
import { MemoryStore } from "../store/memory/memoryStore.js";
import { newKey, newSlot } from "./scriptedClient.js";

it("A83: RULE relay.answer-bytes: nobody fills the disk through inboxes, where each answer makes place for another request", async () => {
  const store = new MemoryStore();
  let kept = 0;
  const add = store.inboxes.add.bind(store.inboxes);
  store.inboxes.add = (inboxId, item, time, keep) => {
    kept += item.blob.length;
    // Not kept here, as the test's own memory is small: each inbox is another one, so nothing would be dropped for 30 days.
    add(inboxId, { ...item, blob: new Uint8Array(0) }, time, keep);
  };
  const world = new CoreWorld({ strikes: 1e9 }, store);
  const { client, roomTag } = await world.founder();
  const slots = Array.from({ length: 100 }, () => {
    const token = newKey();
    return { token, slot: newSlot(systemRandom(3), token.publicKey) };
  });
  for (const { slot, token } of slots) {
    world.now += 100;
    await client.ask({ type: "putSlot", roomTag, slot, life: 0 });
    await client.proveSlot(roomTag, slot.slotId, token);
  }
  const blob = systemRandom(64 * 1024);
  let refused = 0;
  for (let round = 0; round < 15; round++)
    for (const { slot } of slots) {
      world.now += 40;
      const posted = await client.ask({ type: "postRequest", roomTag, slotId: slot.slotId, blob: systemRandom(16) });
      if (posted.type !== "posted") {
        refused++;
        continue;
      }
      const answered = await client.ask({
        ...{ type: "answerRequest", roomTag, inboxId: InboxId.of(systemRandom(32)), blob, request: posted.request },
      });
      if (answered.type !== "done") refused++;
    }
  // What is kept for ever comes at 32 MiB and 16 KiB a second; this is kept for 30 days.
  expect(refused).toBeGreaterThan(0);
  expect(kept).toBeLessThan(64 * 1024 * 1024);
});
