import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { nodeCrypto, systemRandom } from "@conclave/crypto/node";
import { type Append, foundRoom, inviteLink, newDevice, newIdentity, preset, type Room } from "@conclave/protocol";
import type { AppendRequest } from "@conclave/wire";
import { RelayChild } from "./relayChild.js";
import { RelayClient } from "./relayClient.js";

/** What one who joins has to bear, measured in a process of its own. */
export interface JoinMeasure {
  /** Ms until the preview is there: the whole history read and checked. */
  readonly preview: number;
  /** Ms of processor time that the preview took: what else the machine does is not in it. */
  readonly processor: number;
  /** Ms from there until the join is in the room's log; or why there was none. */
  readonly join: number | string;
  /** Bytes that the relay sent for the preview. */
  readonly bytes: number;
  /** The most memory that the process has ever had, in bytes; and before it looked. */
  readonly memory: number;
  readonly idle: number;
}

const PRIMITIVES = { crypto: nodeCrypto, random: systemRandom };
const MIB = 1024 * 1024;
const JUNK_BYTES = 60_000;

/** Measures joining rooms with long histories, and beside a member's junk, through a relay in a process of its own. Minutes. */
export async function joinBench(quick: boolean): Promise<void> {
  const share = quick ? 20 : 1;
  const rooms = [
    { entries: 100, junk: 0 },
    { entries: 20_000 / share, junk: 0 },
    { entries: 100, junk: (100 * MIB) / share },
    { entries: 100, junk: (160 * MIB) / share },
  ];
  process.stdout.write(
    "| room | preview | its processor time | then the join | bytes read | peak memory (idle) |\n| --- | --- | --- | --- | --- | --- |\n",
  );
  for (const { entries, junk } of rooms) {
    const { preview, processor, join, bytes, memory, idle } = await measureJoin(entries, junk);
    const what = `${String(entries)} entries${junk > 0 ? `, ${String(junk / MIB)} MiB of junk` : ""}`;
    const joined = typeof join === "string" ? join : `${join.toFixed(0)} ms`;
    const mib = (value: number) => (value / MIB).toFixed(value < 10 * MIB ? 1 : 0);
    process.stdout.write(
      `| ${what} | ${preview.toFixed(0)} ms | ${processor.toFixed(0)} ms | ${joined} ` +
        `| ${mib(bytes)} MiB | ${mib(memory)} MiB (${mib(idle)}) |\n`,
    );
  }
}

async function measureJoin(entries: number, junk: number): Promise<JoinMeasure> {
  const relay = await RelayChild.start();
  try {
    const link = await makeRoom(relay.socketUrl, entries, junk);
    const child = fork(fileURLToPath(new URL("./joinChild.js", import.meta.url)), [link]);
    const [measure] = (await once(child, "message")) as [JoinMeasure];
    return measure;
  } finally {
    await relay.stop();
  }
}

/** A room of one owner, with so many entries and so many bytes of roster records of commits that nobody follows; and its link. */
async function makeRoom(url: string, entries: number, junk: number): Promise<string> {
  const client = await RelayClient.connect(url);
  const founded = foundRoom(PRIMITIVES, {
    ...{ device: newDevice(PRIMITIVES, newIdentity(PRIMITIVES), 1), name: "Alice", title: "Garden" },
    ...{ policy: preset("owner"), relay: { publicKey: client.relayKey, address: url }, now: Date.now(), suite: 3 },
  });
  if (!founded.ok) throw new Error(founded.error.code);
  const { room, creation } = founded.value;
  await client.ask({ type: "createRoom", id: 1, ...creation, permit: new Uint8Array() });
  await client.ask(client.proof(room.tag, 0, room.writeKey().seed));
  let n = 0;
  const put = async (append: Append): Promise<void> => {
    const answer = await client.ask({ type: "append", id: 1, ...append });
    if (answer.type !== "appended") throw new Error(JSON.stringify(answer));
    const { kind, epoch, payload, attachment } = append;
    room.receive({ n: ++n, kind, epoch, payload, attachment, time: 0, pruned: false });
  };
  const decide = async (action: Parameters<Room["act"]>[0]): Promise<void> => {
    const made = room.act(action, { now: Date.now() });
    if (!made.ok) throw new Error(made.error.code);
    await put(made.value.append);
    await client.ask(client.proof(room.tag, room.epoch, room.writeKey().seed));
  };
  const terms = { for: { class: "multi", limit: 100 }, role: "member", notAfter: null, mode: "direct" } as const;
  const { action, secret } = room.newInvite(terms);
  await decide(action);
  for (let at = 2; at < entries; at++) await decide({ type: "setTitle", title: `Garden ${String(at)}` });
  for (let left = junk, epoch = room.epoch; left > 0; left -= JUNK_BYTES, epoch++) {
    const seed = systemRandom(32);
    await put({ ...junkCommit(room, epoch), nextWriteKey: nodeCrypto.ed25519PublicKey(seed) });
    await client.ask(client.proof(room.tag, epoch + 1, seed));
  }
  for (const slot of room.slots(Date.now()))
    await client.ask({ type: "putSlot", id: 1, roomTag: room.tag, slot, life: 0 });
  client.socket.close();
  return inviteLink("chat.example", room.linkOf(secret));
}

function junkCommit({ tag: roomTag, lastCommit }: Room, epoch: number): Omit<AppendRequest, "type" | "id"> {
  return {
    ...{ roomTag, appendId: systemRandom(16), kind: "commit", epoch, lastCommit, payload: systemRandom(300) },
    ...{
      attachment: systemRandom(JUNK_BYTES),
      ground: { by: "member" },
      nextWriteKey: null,
      deliveries: [],
      slots: [],
    },
  };
}
