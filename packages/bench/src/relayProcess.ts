import { startRelay } from "@conclave/relay";

// A relay in a process of its own, for measurements: prints its address, answers "memory" lines with its size in bytes.
const [, , dataDir, limits, database] = process.argv;
if (dataDir === undefined) throw new Error("usage: relayProcess.js DATA_DIR [default | unlimited] [postgres://...]");
const plenty = { burst: 1e9, perSecond: 1e9 };
const unlimited = {
  connections: 50_000,
  connectionsPerAddress: 50_000,
  lagBytes: 64 * 1024 * 1024,
  settings: {
    rates: {
      ...{ connection: plenty, address: plenty, room: plenty, create: plenty, commits: plenty },
      ...{ lastingOfRoom: plenty, lastingOfAddress: plenty, files: plenty },
    },
  },
};
const relay = await startRelay({
  dataDir,
  ...(limits === "default" ? {} : unlimited),
  ...(database !== undefined && { database }),
});
process.send?.({ socketUrl: relay.socketUrl });
process.on("message", (message) => {
  if (message === "memory") {
    globalThis.gc?.();
    process.send?.({ memory: process.memoryUsage.rss() });
  } else void relay.close().then(() => process.exit(0));
});
