import { concatBytes } from "@conclave/codec";
import { nodeCrypto, systemRandom } from "@conclave/crypto/node";
import { BlobId, type Response, type RoomTag } from "@conclave/wire";
import type { PartialSettings } from "../settings.js";
import { MemoryStore } from "../store/memory/memoryStore.js";
import type { Store } from "../store/store.js";
import { CoreWorld } from "./coreWorld.js";
import { commitAppend, type Key, messageAppend, newKey, newSlot, type ScriptedClient } from "./scriptedClient.js";

const sha256 = (data: Uint8Array): Uint8Array => nodeCrypto.hash("sha256", data);
export const MINUTE = 60_000;
export const DAY = 24 * 60 * MINUTE;

/** For tests. A room with two members at one write key, and the slots of two invites. */
export async function room(settings: PartialSettings = {}, store: Store = new MemoryStore()) {
  const world = new CoreWorld({ strikes: 100_000, ...settings }, store);
  const { client: alice, roomTag, key } = await world.founder();
  const slots = [newKey(), newKey()].map((token) => ({
    token,
    slot: newSlot(systemRandom(8), token.publicKey),
  }));
  for (const { slot } of slots) await alice.ask({ type: "putSlot", roomTag, slot, life: 0 });
  return { world, alice, roomTag, key, slots: slots as [(typeof slots)[0], (typeof slots)[0]] };
}

export type InviteSlot = Awaited<ReturnType<typeof room>>["slots"][0];

/** Where the room's log is: what a client knows that reads everything. */
export async function place(client: ScriptedClient, roomTag: RoomTag) {
  const answer = await client.ask({ type: "subscribe", roomTag, fromN: Number.MAX_SAFE_INTEGER });
  if (answer.type !== "subscribed") throw new Error(answer.type);
  return answer.position;
}

/** A commit by an invite, and the key that it registers, proved: whether anybody follows it the relay cannot know. */
export async function joinBy(
  client: ScriptedClient,
  roomTag: RoomTag,
  { token, slot }: InviteSlot,
  epoch: number,
  record: number | Uint8Array = 100,
) {
  await client.proveSlot(roomTag, slot.slotId, token);
  const { lastCommit } = await place(client, roomTag);
  const key = newKey();
  const ground = { by: "slot" as const, slotId: slot.slotId };
  const attachment = typeof record === "number" ? systemRandom(record) : record;
  const commit = commitAppend(roomTag, key, { ground, epoch, lastCommit, attachment });
  const answer = await client.ask(commit);
  if (answer.type === "appended") await client.prove(roomTag, epoch + 1, key);
  return { key, answer, n: answer.type === "appended" ? answer.n : 0, attachment: commit.attachment };
}

export async function talk(client: ScriptedClient, roomTag: RoomTag, epoch: number, size = 100): Promise<Response> {
  const { lastCommit } = await place(client, roomTag);
  return client.ask(messageAppend(roomTag, { epoch, lastCommit, payload: systemRandom(size) }));
}

export async function rekey(client: ScriptedClient, roomTag: RoomTag, epoch: number): Promise<Key> {
  const { lastCommit } = await place(client, roomTag);
  const key = newKey();
  const answer = await client.ask(commitAppend(roomTag, key, { epoch, lastCommit }));
  if (answer.type !== "appended") throw new Error(JSON.stringify(answer));
  await client.prove(roomTag, epoch + 1, key);
  return key;
}

/** Whether it may write files: a member, or somebody who acts for the room. */
export async function isMember(client: ScriptedClient, roomTag: RoomTag): Promise<boolean> {
  const answer = await client.ask({ type: "beginBlob", roomTag, blobId: BlobId.of(systemRandom(32)), size: 1 });
  return answer.type === "blobState";
}

/** Whether it is a member for the relay: it takes away what is not there. */
export async function isOwn(client: ScriptedClient, roomTag: RoomTag): Promise<boolean> {
  const answer = await client.ask({ type: "deleteRequest", roomTag, request: 99_999 });
  return answer.type === "done";
}

/** A roster record that follows another one, as far as the relay can see. */
export function recordAfter(before: Uint8Array, bytes = 700): Uint8Array {
  return concatBytes(sha256(before), systemRandom(bytes - 32));
}

/** What a newcomer reads who is told to begin with this record. */
export async function rosterOf(
  client: ScriptedClient,
  roomTag: RoomTag,
  newest: Uint8Array,
): Promise<readonly Uint8Array[]> {
  const answer = await client.ask({ type: "readRoster", roomTag, record: sha256(newest) });
  if (answer.type !== "roster") throw new Error(answer.type);
  return answer.records;
}
