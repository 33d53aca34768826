import { MemoryDisk, MemoryLock, MemoryStorage, openClient, type Transport } from "@conclave/client";
import { systemClock, WsTransport } from "@conclave/client/node";
import { quickNodeCrypto, systemRandom } from "@conclave/crypto/node";
import type { JoinMeasure } from "./joinBench.js";

// Somebody who joins, in a process of their own: the link is the argument, the measure is sent to the parent.
const link = process.argv[2];
if (link === undefined) throw new Error("usage: joinChild.js LINK");
let bytes = 0;
const sockets = new WsTransport();
const transport: Transport = {
  connect: (url, events) =>
    sockets.connect(url, {
      ...{ opened: () => events.opened(), closed: () => events.closed() },
      frame: (frame) => {
        bytes += frame.length;
        events.frame(frame);
      },
    }),
};
const storage = new MemoryStorage(new MemoryDisk());
const ports = {
  storage,
  transport,
  clock: systemClock,
  random: systemRandom,
  crypto: quickNodeCrypto,
  lock: new MemoryLock(),
};
const opened = await openClient(ports, { suite: 3 });
if (!opened.ok) throw new Error(opened.error);
const peak = () => process.resourceUsage().maxRSS * 1024;
const idle = peak();
const [start, usage] = [performance.now(), process.cpuUsage()];
const seen = await opened.value.previewInvite(link);
const preview = performance.now() - start;
const { user, system } = process.cpuUsage(usage);
const read = bytes;
const joined = seen.ok ? await seen.value.accept("Guest") : seen;
const join = joined.ok ? performance.now() - start - preview : JSON.stringify(joined.error);
const measure: JoinMeasure = { preview, processor: (user + system) / 1000, join, bytes: read, memory: peak(), idle };
process.send?.(measure, () => process.exit(0));
