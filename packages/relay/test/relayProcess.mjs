// A relay in a process of its own, for tests that kill it. It is the built one.
import { toHex } from "@conclave/codec";
import { startRelay } from "@conclave/relay";
import process from "node:process";

const plenty = { burst: 1e9, perSecond: 1e9 };
const rates = {
  connection: plenty,
  room: plenty,
  recovery: plenty,
  blobBytes: plenty,
  lastingOfRoom: plenty,
  lastingOfAddress: plenty,
};
const [, , dataDir, database] = process.argv;
const relay = await startRelay({ dataDir, settings: { rates }, ...(database && { database }) });
process.send({ socketUrl: relay.socketUrl, relayKey: toHex(relay.relayKey), address: relay.address });
