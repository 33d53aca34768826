import { nodeCrypto, systemRandom } from "@conclave/crypto/node";
import { decodeRelayMessage, encodeClientMessage, inboxIdOf, inboxProofBytes, VERSIONS } from "@conclave/wire";
import { setPriority } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { envelope, RelayClient } from "./relayClient.js";
import { RelaySocket } from "./relaySocket.js";

// Somebody who burdens a relay, in a process of its own, until it is killed. It yields the processor to the relay: in truth
// it is another machine.
const [, , kind, url, localAddress] = process.argv;
if (url === undefined || localAddress === undefined) throw new Error("usage: strangersChild.js KIND URL LOCAL_ADDRESS");
setPriority(10);

const PROOFS = 480;
const keys = Array.from({ length: PROOFS }, () => {
  const seed = systemRandom(32);
  const inboxPub = nodeCrypto.ed25519PublicKey(seed);
  return { seed, inboxPub, inboxId: inboxIdOf((data) => nodeCrypto.hash("sha256", data), inboxPub) };
});

/** Comes, has many made-up inboxes proved, goes, and comes again. */
async function proofs(): Promise<never> {
  for (;;) {
    try {
      await prove();
    } catch {
      // It was refused.
      await wait(100);
    }
  }
}

async function prove(): Promise<void> {
  const socket = await RelaySocket.open(url!, localAddress);
  const challenge = await new Promise<Uint8Array | null>((resolve) => {
    socket.onMessage = (message) => {
      const [welcome] = framesOf(message);
      resolve(welcome?.type === "welcome" ? welcome.challenge : null);
    };
    socket.onClose = () => {
      resolve(null);
    };
    socket.send(encodeClientMessage([{ type: "hello", versions: VERSIONS }]));
  });
  if (challenge === null) return;
  const proofs = keys.map(({ seed, inboxPub, inboxId }, at) => {
    const signature = nodeCrypto.ed25519Sign(seed, inboxProofBytes(challenge, inboxId));
    return { type: "proveInbox" as const, id: at + 1, inboxPub, signature };
  });
  let left = PROOFS;
  await new Promise<void>((resolve) => {
    socket.onMessage = (message) => {
      left -= framesOf(message).length;
      if (left <= 0) resolve();
    };
    socket.onClose = resolve;
    socket.send(encodeClientMessage(proofs));
  });
  socket.close();
}

function framesOf(message: Uint8Array) {
  const decoded = decodeRelayMessage(message, 2 ** 28);
  return decoded.ok ? decoded.value : [];
}

/** Writes into one room as fast as it is answered. */
async function writers(): Promise<void> {
  const founder = await RelayClient.connect(url!, localAddress);
  const room = await founder.createRoom();
  for (let n = 0; n < 20; n++) {
    const client = await RelayClient.connect(url!, localAddress);
    await client.prove(room);
    client.onFrame = () => {
      client.send([envelope(room, 1)]);
    };
    client.send(Array.from({ length: 64 }, () => envelope(room, 1)));
  }
}

/** Begins messages of some megabytes and does not end them. */
async function fragments(): Promise<void> {
  for (let n = 0; n < 60; n++) {
    const client = await RelayClient.connect(url!, localAddress);
    client.socket.sendUnfinished(Buffer.alloc(7.5 * 1024 * 1024));
  }
}

// It is killed when it was measured.
setInterval(() => undefined, 1e6);
process.send?.("ready");
if (kind === "writers") await writers();
else if (kind === "fragments") await fragments();
else await Promise.all(Array.from({ length: 50 }, proofs));
