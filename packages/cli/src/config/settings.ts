import { isIP } from "node:net";
import * as v from "valibot";
import { parseDuration } from "../terminal/when.js";

const text = v.pipe(v.string(), v.trim(), v.nonEmpty("must not be empty"));
const yesOrNo = v.union(
  [
    v.boolean(),
    v.pipe(
      v.picklist(["true", "false", "1", "0", "yes", "no"]),
      v.transform((word) => word === "true" || word === "1" || word === "yes"),
    ),
  ],
  "must be true or false",
);
const whole = (least: number, most: number) => {
  const message = `must be a whole number from ${least} to ${most}`;
  const digits = v.pipe(v.string(), v.trim(), v.regex(/^\d{1,15}$/u), v.transform(Number));
  return v.pipe(
    v.union([v.number(), digits], message),
    v.integer(message),
    v.minValue(least, message),
    v.maxValue(most, message),
  );
};
const url = v.pipe(
  text,
  v.check((given) => /^https?:\/\//u.test(given) && URL.canParse(given), "must be an http:// or https:// address"),
  v.check((given) => {
    // Every check runs, even if an earlier one has failed.
    if (!URL.canParse(given)) return true;
    const { username, password, search, hash, pathname } = new URL(given);
    return [username, password, search, hash].every((part) => part === "") && /^(?:\/[\w.~-]+)*\/?$/u.test(pathname);
  }, "must be an address with a host and at most a plain path, such as https://example.org/talk"),
  v.transform((given) => `${new URL(given).origin}${new URL(given).pathname.replace(/\/$/u, "")}`),
);
const origins = v.pipe(
  v.union([v.string(), v.array(v.string())], "must be origins, with commas between them"),
  v.transform((given) => (typeof given === "string" ? given.split(",") : given).map((each) => each.trim())),
  v.transform((each) => each.filter((origin) => origin !== "")),
  v.check(
    (each) =>
      each.every(
        (origin) => origin === "*" || (URL.canParse(origin) && new URL(origin).origin === origin.replace(/\/$/u, "")),
      ),
    "must be origins such as https://chat.example.org, or *",
  ),
  v.transform((each) => each.map((origin) => origin.replace(/\/$/u, ""))),
);
const relays = v.pipe(
  v.union([v.string(), v.array(v.string())], "must be addresses, with commas between them"),
  v.transform((given) => (typeof given === "string" ? given.split(",") : given).map((each) => each.trim())),
  v.transform((each) => each.filter((address) => address !== "")),
  v.check((each) => each.every((address) => connectSource(address) !== null), "must be wss:// or https:// addresses"),
  v.transform((each) => each.map((address) => connectSource(address)!)),
);
const PROXIES = "must be a number of proxies, or addresses and networks such as 10.0.0.0/8, with commas between them";
const isNetwork = (given: string): boolean => {
  const [, address = "", bits = "0"] = /^([^/]+)(?:\/(\d{1,3}))?$/u.exec(given) ?? [];
  return isIP(address) !== 0 && Number(bits) <= (isIP(address) === 4 ? 32 : 128);
};
const proxies = v.union(
  [
    v.pipe(
      v.union([v.number(), v.pipe(v.string(), v.trim(), v.regex(/^\d$/u), v.transform(Number))]),
      v.picklist([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
    ),
    v.pipe(
      v.union([v.string(), v.array(v.string())]),
      v.transform((given) => (typeof given === "string" ? given.split(",") : given).map((each) => each.trim())),
      v.check((each) => each.length > 0 && each.every(isNetwork)),
    ),
  ],
  PROXIES,
);
const age = v.pipe(
  text,
  v.check(
    (given) => given === "forever" || parseDuration(given) !== null,
    "must be forever, or a time such as 30d or 12h",
  ),
);

const setting = <T>(
  schema: v.GenericSchema<unknown, T>,
  fallback: T,
  about: string,
  kind: "value" | "switch" | "off" | "secret" = "value",
) => ({
  schema,
  fallback,
  about,
  kind,
});
const maybe = <T>(schema: v.GenericSchema<unknown, T>): v.GenericSchema<unknown, T | null> => v.nullable(schema);

/**
 * A relay's address as what a page may connect to: `https://chat.example.org` is `wss://chat.example.org`. Null for what is
 * no such address, or has more in it than a host: it goes into a header.
 */
export function connectSource(address: string): string | null {
  if (!/^(?:http|ws)s?:\/\//u.test(address) || !URL.canParse(address)) return null;
  const { protocol, host } = new URL(address);
  return /^[\w.:[\]-]+$/u.test(host) ? `${protocol.replace("http", "ws")}//${host}` : null;
}

/**
 * Every setting of `conclave serve`: the schema takes a value from config.json or a text from a flag or the environment.
 * The flag is the name with dashes (of an "off" one, --no- and the name), the environment variable is CONCLAVE_ and the name in capitals.
 */
export const SETTINGS = {
  host: setting(text, "127.0.0.1", "address to listen on"),
  port: setting(whole(0, 65_535), 4430, "port to listen on; 0 picks a free one"),
  data: setting(text, "./data", "folder for the database and the relay's key"),
  database: setting(
    maybe(v.pipe(text, v.regex(/^postgres(?:ql)?:\/\//u, "must be a postgres:// address"))),
    null,
    "keep rooms in this PostgreSQL database instead of the folder: postgres://user:password@host/name",
    "secret",
  ),
  relayKeyFile: setting(maybe(text), null, "file of the relay's key: the same for all relays on one database"),
  publicUrl: setting(
    maybe(url),
    null,
    "the address people use, if it is not the one listened on; can have a path; needed for a public host name",
  ),
  trustedProxies: setting(
    proxies,
    0,
    "proxies in front that handle TLS and set X-Forwarded-For: how many, or their addresses and networks",
  ),
  tlsCert: setting(maybe(text), null, "PEM file with the certificate chain; serves HTTPS and WSS"),
  tlsKey: setting(maybe(text), null, "PEM file with the certificate's key"),
  keepMessages: setting(age, "forever", "how long to keep sealed messages, for example 30d"),
  fileSize: setting(whole(1, 2048), 64, "largest file, in MiB"),
  roomFiles: setting(whole(1, 100_000_000), 2048, "most space for one room's files, in MiB"),
  keepFree: setting(
    whole(0, 100_000_000),
    64,
    "disk space to leave free, in MiB: with less than this the relay takes nothing new",
  ),
  createPermit: setting(
    maybe(v.pipe(text, v.maxBytes(256, "must be at most 256 bytes"))),
    null,
    "the secret that people need to create rooms here",
    "secret",
  ),
  web: setting(yesOrNo, true, "serve the relay only, without the web client", "off"),
  allowRelay: setting(relays, [], "other relays that the web client can connect to"),
  allowOrigin: setting(origins, [], "origins of pages on other hosts that can connect here; * for any"),
  connections: setting(whole(1, 1_000_000), 20_000, "most connections at once"),
  connectionsPerAddress: setting(whole(1, 1_000_000), 512, "most connections at once from one address"),
  metricsPort: setting(
    maybe(whole(0, 65_535)),
    null,
    "serve /metrics for Prometheus on this port: counts and sizes, no ids",
  ),
  metricsHost: setting(text, "127.0.0.1", "address for that port"),
  log: setting(v.picklist(["text", "json"], "must be text or json"), "text", "log format: text or json"),
} as const;

export type SettingName = keyof typeof SETTINGS;
export type ServeConfig = { readonly [N in SettingName]: v.InferOutput<(typeof SETTINGS)[N]["schema"]> };

export const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[];

/** `publicUrl` as a flag: `public-url`. */
export function flagName(name: SettingName): string {
  return name.replace(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`);
}

/** `publicUrl` in the environment: `CONCLAVE_PUBLIC_URL`. */
export function environmentName(name: SettingName): string {
  return `CONCLAVE_${flagName(name).replaceAll("-", "_").toUpperCase()}`;
}
