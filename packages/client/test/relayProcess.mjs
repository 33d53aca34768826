// A relay in a process of its own, for tests that kill it. It is the built one. Arguments: data folder, port, settings as JSON.
import { startRelay } from "@conclave/relay";
import process from "node:process";

const [, , dataDir, port, settings] = process.argv;
const relay = await startRelay({ dataDir, port: Number(port), settings: JSON.parse(settings ?? "{}") });
process.send({ address: relay.address });
