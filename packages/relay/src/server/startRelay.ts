import { systemRandom, nodeCrypto } from "@conclave/crypto/node";
import { takeFileLock, type FileLock } from "@conclave/sqlite";
import { statSync } from "node:fs";
import type { AddressInfo } from "node:net";
import type { Server as TlsServer } from "node:tls";
import { join } from "node:path";
import type { StorageState } from "../core/writeGate.js";
import type { ProbationTotals } from "../ledger/probationCounts.js";
import { settingsWith } from "../settings.js";
import { certificateFacts } from "../doctor/examineCertificate.js";
import { Arrivals } from "./arrivals.js";
import { BlockedAddresses } from "./blockedAddresses.js";
import { operatorSocketPath } from "./operateRelay.js";
import { CoreThread } from "./coreThread.js";
import { httpServer } from "./http.js";
import { metricsServer } from "./metricsServer.js";
import { answerLines } from "./lineSocket.js";
import { carryOutRequest, type OperatorRequest } from "./operatorRequest.js";
import { refuseUnfinishedFolder } from "../migration/draft.js";
import { MinuteLog } from "./minuteLog.js";
import { RefusedAddresses } from "./refusedAddresses.js";
import type { Relay, RelayOptions } from "./relayOptions.js";
import { reasonOf, relayLog } from "./relayLog.js";
import { relaySeedOf } from "./relayKey.js";
import { boundSockets } from "./fileLimit.js";
import { RequestGuard } from "./requestGuard.js";
import { SOCKET_PATH } from "./entrance.js";
import { TrustedProxies } from "./trustedProxies.js";
import { Sockets } from "./sockets.js";
import { checkTls, dataStep, dataStepDone, listenError, RelayStartError } from "./startError.js";

const LOOPBACK = /^(?:127\.|::1$|localhost$)/u;
/** How long an answer that is not read holds up the end, in ms. */
const LINGER_MS = 1000;
const CLOSE_TIMEOUT_MS = 5000;
const MINUTE_MS = 60_000;
/** How many damaged rows are reported, each once, and how many refusals. */
const MOST_DAMAGED = 1000;

/**
 * Starts a relay on a data folder. Resolves when it accepts connections.
 * Rejects with a {@link RelayStartError} when the folder is in use by another relay, the database or key is unreadable, or
 * the address cannot be listened on; with a KeyImportError when this Node takes no Ed25519 keys; with the error of `routes`
 * when that throws.
 */
export async function startRelay(options: RelayOptions): Promise<Relay> {
  // RULE: relay.one-process: two relays on one database would each believe its own memory of the rooms.
  // Those on one database in PostgreSQL can share a folder: they have nothing in it but their key.
  if (options.database !== undefined) return startLocked(options, { release: () => undefined });
  const lock = dataStep(() => takeFileLock(join(options.dataDir, "relay.lock")));
  if (lock === null) throw new RelayStartError("data_in_use", "another relay is running on this data folder");
  try {
    dataStep(() => {
      refuseUnfinishedFolder(options.dataDir);
    });
    return await startLocked(options, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function startLocked(options: RelayOptions, lock: FileLock): Promise<Relay> {
  if (options.tls !== undefined) checkTls(options.tls);
  const settings = settingsWith(options.settings);
  const log = relayLog(options.log ?? "off");
  let storage: StorageState | "away" | "readOnly" = "open";
  let certificate = options.tls?.cert ?? null;
  const relaySeed = await dataStepDone(relaySeedOf(options, systemRandom));
  // Tried in this thread, so that a Node that takes no such keys is reported as that, not as a database that cannot be opened.
  nodeCrypto.ed25519PublicKey(relaySeed);
  let isReady = false;
  const damaged = new Set<string>();
  let refusals = 0;
  let proofs = 0;
  let counts: Readonly<Record<string, number>> = {};
  const refused = new RefusedAddresses();
  let probation: ProbationTotals = { records: 0, bytes: 0, refusals: 0 };
  const fail = (error: Error): void => {
    isReady = false;
    log.fatal(
      `the relay is stopping, because its database failed: ${reasonOf(error)}. What was acknowledged is on the disk.`,
    );
    // RULE: relay.database-failure-is-fatal: after a failed commit nobody knows what is stored; only a restart finds out.
    (options.onFatal ?? exit)(error);
  };
  const metrics = (): Record<string, number> => ({
    connections: sockets.open,
    connections_opened_total: sockets.counts.opened,
    ...sockets.refused.metrics("connections_refused_total"),
    ...sockets.closed.metrics("connections_closed_total"),
    queue_messages: sockets.waiting,
    messages_received_total: sockets.counts.received,
    messages_sent_total: sockets.counts.sent,
    lagged_total: sockets.counts.lagged,
    cut_off_total: sockets.counts.cutOff,
    writable: storage === "open" ? 1 : 0,
    damaged_rows: damaged.size,
    store_refusals_total: refusals,
    proofs_checked_total: proofs,
    probation_records_total: probation.records,
    probation_bytes_total: probation.bytes,
    probation_refusals_total: probation.refusals,
    ...counts,
    database_bytes: sizeOf(join(options.dataDir, "relay.db")) + sizeOf(join(options.dataDir, "relay.db-wal")),
    memory_bytes: process.memoryUsage.rss(),
  });
  const publicUrl = options.publicUrl === undefined ? null : new URL(options.publicUrl);
  const basePath = publicUrl?.pathname.replace(/\/$/u, "") ?? "";
  const proxies = new TrustedProxies(options.trustedProxies ?? 0);
  const arrivals = new Arrivals(proxies);
  const host = options.host ?? "127.0.0.1";
  const guard = new RequestGuard({
    publicUrl,
    host,
    origins: options.allowOrigins ?? [],
    isPrivate: LOOPBACK.test(host) && proxies.isEmpty,
    proxies,
    certificate: options.tls?.cert ?? null,
  });
  const connections = options.connections ?? 20_000;
  const http = httpServer(
    {
      isReady: () => isReady,
      writeFault: () => (storage === "open" ? null : STORAGE_FAULTS[storage]),
      arrived: (request) => {
        arrivals.note(request);
      },
    },
    { tls: options.tls, guard, basePath },
  );
  const blocked = dataStep(() => new BlockedAddresses(join(options.dataDir, "blocked")));
  const core = new CoreThread(
    { database: join(options.dataDir, "relay.db"), postgres: options.database ?? null, relaySeed, settings },
    {
      outputs: (batch) => {
        sockets.outputs(batch);
      },
      storage: (state) => {
        storage = state;
        if (state === "open") log.warn("writing works again");
        else if (state === "away" || state === "readOnly")
          log.warn(`${STORAGE_FAULTS[state]}: everybody waits until it does`);
        else log.warn(`${STORAGE_FAULTS[state]}: nothing new is taken, and reading goes on`);
      },
      clockJumped: (by) => {
        const hours = Math.round(by / 3_600_000);
        log.warn(
          `the clock of this machine jumped by ${hours} hours: nothing is deleted or signed by it for 5 minutes`,
        );
      },
      damaged: (row) => {
        if (damaged.size >= MOST_DAMAGED || damaged.has(row)) return;
        damaged.add(row);
        log.warn(
          `the database is damaged (${row}): what belongs to it is refused, everything else is served. Look at the disk`,
        );
      },
      refusedBy: (reason) => {
        if (refusals++ >= MOST_DAMAGED) return;
        log.warn(
          `PostgreSQL refused what some requests need (${reason}), so their connections were closed: its own log says more`,
        );
      },
      copyNoticed: () => {
        log.warn(
          "this data folder is a copy, or was moved: each room waits a moment for what its members know beyond it, and then goes on",
        );
      },
      probation: (totals) => {
        probation = totals;
      },
      counts: (latest) => {
        counts = latest.counts;
        refused.add(latest.refused);
      },
      proofs: (checked) => {
        proofs = checked;
      },
      failed: (error) => {
        if (isReady) fail(error);
      },
    },
  );
  const sockets = new Sockets(http.server, core, {
    limits: settings.limits,
    connections,
    connectionsPerAddress: options.connectionsPerAddress ?? 512,
    lagBytes: options.lagBytes ?? 2 * 1024 * 1024,
    backlogBytes: options.backlogBytes ?? 512 * 1024 * 1024,
    proxies,
    isBlocked: (client) => blocked.has(client),
    guard,
    basePath,
    onUntrustedProxy: once(() => {
      log.warn(UNTRUSTED_PROXY);
    }),
  });
  boundSockets(http.server, connections, log);
  await core.started().catch((cause: unknown) => {
    sockets.stopReading();
    throw new RelayStartError("data_unusable", `its database cannot be opened: ${reasonOf(cause)}`, cause);
  });
  const giveUp = async (): Promise<void> => {
    sockets.stopReading();
    await core.stop();
  };
  try {
    if (options.routes === undefined) http.get("/", (_request, reply) => reply.type("text/plain").send(ABOUT));
    else await options.routes(http);
  } catch (error) {
    await giveUp();
    throw error;
  }
  const listening = await http.listen({ host, port: options.port ?? 0 }).catch(async (cause: unknown) => {
    await giveUp();
    throw listenError(cause);
  });
  const scraped =
    options.metrics === undefined
      ? null
      : await metricsServer(options.metrics, metrics).catch(async (error: unknown) => {
          await http.close();
          await giveUp();
          throw error;
        });
  // "All addresses" is not an address that can be opened.
  const address = listening.replace("//[::]", "//[::1]").replace("//0.0.0.0", "//127.0.0.1");
  const control = await answerLines(operatorSocketPath(options.dataDir), async (request) =>
    carryOutRequest(request as OperatorRequest, {
      operate: async (command) => core.operate(command),
      blocked,
      connections: () => sockets.addresses,
      refused: () => {
        refused.add(sockets.takeRefusedAddresses());
        return refused.all;
      },
      disconnectBlocked: () => {
        sockets.disconnectBlocked();
      },
      running: {
        arrivals,
        state: () => ({
          address,
          publicUrl: options.publicUrl ?? null,
          trustedProxies: options.trustedProxies ?? 0,
          certificate: certificate === null ? null : certificateFacts(certificate),
          keepFreeBytes: settings.quotas.freeBytes,
          isShared: options.database !== undefined,
        }),
      },
    }),
  ).catch((error: unknown) => {
    // Serving goes on: only the operator's commands do without.
    log.warn(`"conclave relay" cannot reach this relay, because its socket cannot be made: ${reasonOf(error)}`);
    return null;
  });
  isReady = true;
  log.info("ready");
  const minutes = new MinuteLog(metrics, () => refused.lastSize, log);
  const minuteTimer = setInterval(() => {
    refused.add(sockets.takeRefusedAddresses());
    refused.endMinute();
    minutes.tick();
  }, MINUTE_MS);
  const close = async (): Promise<void> => {
    isReady = false;
    log.info("closing");
    clearInterval(minuteTimer);
    control?.close();
    scraped?.close();
    sockets.stopReading();
    await core.stop();
    await sockets.closeAll(CLOSE_TIMEOUT_MS);
    // A client that does not read its answer to the end holds nobody up.
    const cut = setTimeout(() => {
      http.server.closeAllConnections();
    }, LINGER_MS);
    await http.close();
    clearTimeout(cut);
    lock.release();
    log.info("closed");
  };
  let closing: Promise<void> | null = null;
  return {
    address,
    socketUrl: `${address.replace(/^http/, "ws")}${SOCKET_PATH}`,
    relayKey: nodeCrypto.ed25519PublicKey(relaySeed),
    metrics,
    metricsPort: (scraped?.address() as AddressInfo | undefined)?.port ?? null,
    renewTls: (read) => {
      try {
        const tls = read();
        checkTls(tls);
        (http.server as unknown as TlsServer).setSecureContext(tls);
        certificate = tls.cert;
      } catch (error) {
        log.warn(`the new certificate cannot be used, so the old one stays: ${reasonOf(error)}`);
        return false;
      }
      log.info("the certificate was renewed");
      return true;
    },
    close: () => (closing ??= close()),
  };
}

const STORAGE_FAULTS: Readonly<Record<Exclude<StorageState, "open"> | "away" | "readOnly", string>> = {
  away: "PostgreSQL does not answer",
  readOnly: "PostgreSQL takes no writes, being a standby or read-only",
  low: "the disk is nearly full",
  full: "the disk is full",
  busy: "another process is holding the database",
};

const UNTRUSTED_PROXY =
  "a connection came with X-Forwarded-For from a proxy that is not trusted: all who come through it count as one address and share " +
  "its limits. If it is yours, name it with --trusted-proxies";

const ABOUT = "This is a Conclave relay. It keeps rooms' sealed messages in order, and can read none of them.\n";

function once(work: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) work();
    isDone = true;
  };
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function exit(): void {
  process.exit(70);
}
