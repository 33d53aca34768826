import type { FastifyInstance } from "fastify";
import type { PartialSettings } from "../settings.js";
import type { TrustedProxyList } from "./trustedProxies.js";

/** How to start a relay. Everything but `dataDir` has a default. */
export interface RelayOptions {
  /** The folder of the database (`relay.db`), the relay's key (`relay.key`) and the lock; made with mode 0700. */
  readonly dataDir: string;
  /** Keep rooms in this PostgreSQL database (`postgres://user:password@host/name`, a secret) instead of the folder. */
  readonly database?: string;
  /** The file of the relay's key, if it is not in the folder. It is never made: relays on one database have the same. */
  readonly keyFile?: string;
  /** `127.0.0.1` unless said otherwise. */
  readonly host?: string;
  /** 0 (the default) picks a free port. */
  readonly port?: number;
  readonly settings?: PartialSettings;
  /** PEM texts: serve HTTPS and WSS. Without them a proxy should do that for everybody but the machine itself. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /**
   * Proxies in front, whose `X-Forwarded-For` says who a client is: how many there are, or their addresses and networks (0: none).
   * With a number, anybody who connects is believed: use it only where nobody reaches the relay past the proxies.
   */
  readonly trustedProxies?: TrustedProxyList;
  /** Open connections: all together (20,000), and from one address (512). */
  readonly connections?: number;
  readonly connectionsPerAddress?: number;
  /** Bytes waiting for a client beyond which it is told that it lags (2 MiB). */
  readonly lagBytes?: number;
  /** Bytes waiting for all clients together beyond which the slowest are cut off (512 MiB). */
  readonly backlogBytes?: number;
  /** The address that people use, if it is not the one listened on; with a path if everything is under one. */
  readonly publicUrl?: string;
  /** Origins of pages that can connect besides the relay's own and this machine's; `*` for any. */
  readonly allowOrigins?: readonly string[];
  /** Where to serve `/metrics` (counts and sizes) in the text format of Prometheus; nowhere if not given. Port 0 picks a free one. */
  readonly metrics?: { readonly host: string; readonly port: number };
  /**
   * What is reported: `json` lines on standard output about starting, stopping and failing, `text` on standard error about what an
   * operator should know, or nothing (`off`, the default). No line contains an id or an address.
   */
  readonly log?: "json" | "text" | "off";
  /** Adds routes before the server listens, for example the web client. Without any, `/` says what this is. */
  readonly routes?: (app: FastifyInstance) => void | Promise<void>;
  /** Called when the database failed, not when the disk is full. The default ends the process with code 70. */
  readonly onFatal?: (error: Error) => void;
}

/** A relay that runs. */
export interface Relay {
  /** For example `http://127.0.0.1:4430`. */
  readonly address: string;
  /** Where clients connect, for example `ws://127.0.0.1:4430/relay`. */
  readonly socketUrl: string;
  readonly relayKey: Uint8Array;
  /** Counts and sizes, as in `/metrics`. */
  metrics(): Readonly<Record<string, number>>;
  /** The port on which `/metrics` is served; null where it is not. */
  readonly metricsPort: number | null;
  /**
   * From now on new connections get the certificate that `read` gives; those that are open go on. False, with a warning in the log,
   * when `read` throws, or it is none, or its key is of another one: then the old one stays. Only for a relay that was started
   * with one.
   */
  renewTls(read: () => { readonly key: string; readonly cert: string }): boolean;
  /** Stops taking connections, finishes what was sent, says goodbye, and closes everything within 10 s. */
  close(): Promise<void>;
}
