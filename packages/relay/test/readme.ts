import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RelayStartError, startRelay } from "@conclave/relay";

const dataDir = mkdtempSync(join(tmpdir(), "relay-"));

// Resolves when it accepts connections. Port 0 takes a free one.
const relay = await startRelay({ dataDir, port: 0 });
console.log("clients connect to", relay.socketUrl.replace(/\d+\/relay$/u, "PORT/relay"));
console.log("its key has", relay.relayKey.length, "bytes, and stays the same after a restart");

const ready = await fetch(`${relay.address}/readyz`);
console.log("ready:", ready.status);
console.log("connections:", relay.metrics()["connections"]);

// One data folder, one relay.
try {
  await startRelay({ dataDir });
} catch (error) {
  if (error instanceof RelayStartError) console.log("a second one:", error.code);
}

// Closes its connections. Everything that it acknowledged is already on the disk.
await relay.close();
rmSync(dataDir, { recursive: true });
