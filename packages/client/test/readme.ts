import type { Result } from "@conclave/codec";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openClient, type Problem } from "@conclave/client";
import * as node from "@conclave/client/node";
import { nodeCrypto as crypto } from "@conclave/crypto/node";
import { preset } from "@conclave/protocol";
import { startRelay } from "@conclave/relay";

const folder = mkdtempSync(join(tmpdir(), "two-clients-"));
const relay = await startRelay({ dataDir: join(folder, "relay") });

/** Everything that one home needs from outside. */
const portsOf = (name: string) => ({
  storage: new node.SqliteStorage(join(folder, `${name}.db`)),
  lock: new node.HomeLock(join(folder, `${name}.lock`)),
  transport: new node.WsTransport(),
  clock: node.systemClock,
  random: node.systemRandom,
  crypto,
});
async function must<T>(result: Promise<Result<T, Problem>>): Promise<T> {
  const settled = await result;
  if (!settled.ok) throw new Error(settled.error.kind);
  return settled.value;
}
const [hers, his] = [await openClient(portsOf("alice")), await openClient(portsOf("bob"))];
if (!hers.ok || !his.ok) throw new Error("a home is in use");

// Alice founds a room and makes a link for one person.
const charter = { title: "Garden club", name: "Alice", policy: preset("owner") };
const room = await must(hers.value.createRoom({ ...charter, relay: relay.socketUrl }));
const terms = { label: "Bob", for: { class: "single" }, notAfter: null, mode: "direct" } as const;
const { inviteId } = await must(room.createInvite(terms));
const link = room.inviteLink(inviteId, relay.address)!;

// Bob's client checks the room's whole history before it sends anything about him.
const invited = await must(his.value.previewInvite(link));
console.log(`${invited.title}, with ${invited.members.map(({ name }) => name).join(", ")}`);
const bobs = await must(invited.accept("Bob"));

const heard = new Promise<void>((resolve) => {
  room.watch((event) => {
    if (event.type !== "item" || event.item.kind !== "message") return;
    const { author, body } = event.item.message;
    console.log(`${author.name}: ${new TextDecoder().decode(body)}`);
    resolve();
  });
});
await must(bobs.send("Hello, Alice!"));
await heard;
console.log(
  "members:",
  room
    .members()
    .map(({ name, role }) => `${name} (${role})`)
    .join(", "),
);

for (const { value: client } of [hers, his]) await client.close();
await relay.close();
rmSync(folder, { recursive: true });
