import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { repeatedNames } from "@conclave/protocol";
import * as v from "valibot";
import { fileFault } from "../terminal/fileFault.js";
import { usageError } from "../cliError.js";
import { nearestName } from "./nearestName.js";
import { asText } from "../terminal/textBytes.js";
import { environmentName, flagName, SETTING_NAMES, SETTINGS, type ServeConfig, type SettingName } from "./settings.js";

/** A setting's value and where it came from: `--port`, `CONCLAVE_PORT`, a file's path, or `default`. */
export interface Sourced {
  readonly value: unknown;
  readonly source: string;
}

export interface ResolvedConfig {
  readonly config: ServeConfig;
  readonly sources: Readonly<Record<SettingName, Sourced>>;
  /** Variables of the environment that begin with CONCLAVE_ and mean nothing, each with the nearest that does, or null. */
  readonly strangers: readonly { readonly name: string; readonly nearest: string | null }[];
}

interface Given {
  /** By setting name; only what was given. `config` is the path of the configuration file. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * The configuration of `conclave serve`: flag, else CONCLAVE_* (or the file that CONCLAVE_*_FILE names), else config.json,
 * else the default.
 * @throws CliError (exit 2) for an unknown key, a value that does not fit, or a file that cannot be read.
 */
export function resolveConfig(given: Given): ResolvedConfig {
  const fromOutside = (name: SettingName): Sourced | null => fromFlag(given, name) ?? fromEnvironment(given, name);
  const data = fromOutside("data");
  const dataFolder = data === null ? SETTINGS.data.fallback : (check("data", data) as string);
  const file = readConfigFile(given, dataFolder);
  const sources = {} as Record<SettingName, Sourced>;
  const config = {} as Record<SettingName, unknown>;
  for (const name of SETTING_NAMES) {
    const sourced = fromOutside(name) ?? file.get(name) ?? { value: SETTINGS[name].fallback, source: "default" };
    config[name] = check(name, sourced);
    sources[name] = { value: config[name], source: sourced.source };
  }
  return { config: config as ServeConfig, sources, strangers: strangersIn(given.env) };
}

/** What other commands, and `conclave` itself, read from the environment. */
const OTHER_VARIABLES = [
  ...["CONFIG", "HOME", "ROOM", "RELAY", "PERMIT", "DEBUG"],
  ...["BACKUP_PASSPHRASE", "BACKUP_PASSPHRASE_FILE"],
].map((name) => `CONCLAVE_${name}`);

function strangersIn(env: NodeJS.ProcessEnv): ResolvedConfig["strangers"] {
  const own = SETTING_NAMES.map(environmentName);
  const known = [...own, ...own.map((name) => `${name}_FILE`), ...OTHER_VARIABLES];
  const strangers = Object.keys(env).filter((name) => name.startsWith("CONCLAVE_") && !known.includes(name));
  return strangers.map((name) => {
    const nearest = nearestName(
      name.slice("CONCLAVE_".length),
      known.map((each) => each.slice("CONCLAVE_".length)),
    );
    return { name, nearest: nearest === null ? null : `CONCLAVE_${nearest}` };
  });
}

function fromFlag({ flags }: Given, name: SettingName): Sourced | null {
  const value = flags[name];
  return value === undefined ? null : { value, source: `--${value === false ? "no-" : ""}${flagName(name)}` };
}

function fromEnvironment({ env }: Given, name: SettingName): Sourced | null {
  const variable = environmentName(name);
  const direct = env[variable];
  const path = env[`${variable}_FILE`];
  if (direct !== undefined && path !== undefined)
    throw usageError(`Both ${variable} and ${variable}_FILE are set.`, "Keep one of them.");
  if (direct !== undefined) return { value: direct, source: variable };
  if (path === undefined) return null;
  return { value: readText(path, `${variable}_FILE`).trim(), source: `${variable}_FILE` };
}

function readConfigFile({ flags, env }: Given, dataFolder: string): Map<SettingName, Sourced> {
  const named = (flags["config"] as string | undefined) ?? env["CONCLAVE_CONFIG"];
  const path = named ?? join(dataFolder, "config.json");
  if (named === undefined && !existsSync(path)) return new Map();
  const text = readText(path, "the configuration file");
  const document = parseJson(text, path);
  const found = new Map<SettingName, Sourced>();
  for (const [key, value] of Object.entries(document)) {
    if (!isSettingName(key)) {
      const nearest = nearestName(key, SETTING_NAMES);
      throw usageError(
        `${path} has an unknown key "${key}".`,
        nearest === null ? `Known keys: ${SETTING_NAMES.join(", ")}.` : `Did you mean "${nearest}"?`,
      );
    }
    if (key === "data" && named === undefined) {
      throw usageError(
        `${path} sets "data", but it is in that folder itself.`,
        "Give the folder with --data or CONCLAVE_DATA.",
      );
    }
    found.set(key, { value, source: path });
  }
  const twice = repeatedNames(text).find(({ path: inner }) => inner.length === 0);
  if (twice !== undefined) throw usageError(`${path} has the key "${twice.name}" more than once.`, "Keep one of them.");
  return found;
}

function parseJson(text: string, path: string): Readonly<Record<string, unknown>> {
  try {
    const document: unknown = JSON.parse(text);
    if (typeof document === "object" && document !== null && !Array.isArray(document))
      return document as Record<string, unknown>;
  } catch (error) {
    throw usageError(`${path} is not JSON: ${error instanceof Error ? error.message.split("\n")[0]! : "unreadable"}.`);
  }
  throw usageError(`${path} must contain one JSON object.`);
}

function readText(path: string, what: string): string {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const why = fileFault(error, "there is no such file");
    throw usageError(`${what} names ${path}, which cannot be read: ${why}.`);
  }
  return asText(bytes, path);
}

// RULE: cli.no-secrets: the error does not repeat a secret that is not valid.
function check(name: SettingName, { value, source }: Sourced): unknown {
  const { schema, kind } = SETTINGS[name];
  const parsed = v.safeParse<v.GenericSchema<unknown, unknown>>(schema, value);
  if (parsed.success) return parsed.output;
  const shown = kind === "secret" ? "" : ` (it is ${JSON.stringify(value)})`;
  throw usageError(`${name} from ${source} ${parsed.issues[0].message}${shown}.`);
}

function isSettingName(key: string): key is SettingName {
  return Object.hasOwn(SETTINGS, key);
}
