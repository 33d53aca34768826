// A client as a process of its own: opens a home, joins by a link when it is not in a room yet, then sends numbered texts
// until it is killed. Prints one line for each text once it is durable. Arguments: home, link.
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { nodeCrypto } from "@conclave/crypto/node";
import { openClient } from "@conclave/client";
import { HomeLock, SqliteStorage, systemClock, systemRandom, WsTransport } from "@conclave/client/node";

const [home = "", link = ""] = process.argv.slice(2);
const opened = await openClient({
  storage: new SqliteStorage(join(home, "home.db")),
  transport: new WsTransport(),
  clock: systemClock,
  random: systemRandom,
  crypto: nodeCrypto,
  lock: new HomeLock(join(home, "lock")),
});
if (!opened.ok) throw new Error(opened.error);
const client = opened.value;
let [room] = client.rooms();
if (!room) {
  const invited = await client.previewInvite(link);
  if (!invited.ok) throw new Error(JSON.stringify(invited.error));
  const joined = await invited.value.accept("Bob");
  if (!joined.ok) throw new Error(JSON.stringify(joined.error));
  room = joined.value;
}
await room.synced(20_000);
const known = await room.timeline({ limit: 100_000 });
let number = known.filter((item) => item.kind === "message" && item.message.author.isYou).length;
console.log("ready");
for (;;) {
  const sent = await room.send(String(number));
  if (!sent.ok) throw new Error(JSON.stringify(sent.error));
  console.log(number++);
  // Not too many at once: a few are on their way at each moment.
  await wait(number % 5 === 0 ? 2 : 0);
}
