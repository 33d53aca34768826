import {
  examineDatabase,
  examineFolder,
  examineKey,
  examineRunning,
  type DatabaseFacts,
  type FolderFacts,
  type RunningFacts,
} from "@conclave/relay";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { CliError } from "../cliError.js";
import { resolveConfig } from "../config/resolveConfig.js";
import { environmentName, SETTING_NAMES, SETTINGS, type ServeConfig } from "../config/settings.js";
import { addressFindings } from "../doctor/addressFindings.js";
import { certificateFinding } from "../doctor/certificateFindings.js";
import { databaseFindings } from "../doctor/databaseFindings.js";
import { bad, unseen, type Finding } from "../doctor/finding.js";
import { diskFinding, folderFindings } from "../doctor/folderFindings.js";
import { keyFinding } from "../doctor/keyFinding.js";
import { secretsFinding } from "../doctor/secretsFinding.js";
import { EXIT } from "../exitCode.js";
import type { CommandContext } from "../program/context.js";
import { fileFault } from "../terminal/fileFault.js";
import { otherCommand } from "../terminal/nextCommand.js";
import type { Paint } from "../terminal/paint.js";

/** `conclave doctor`: looks at a relay from its own machine, changes nothing, and says what is wrong and what to do. */
export async function doctor({ output, options }: CommandContext): Promise<void> {
  const flags = { data: options["data"], config: options["config"] };
  const { config } = resolveConfig({ flags, env: process.env });
  const data = resolve(config.data);
  const isFolder = config.database === null;
  if (isFolder && !existsSync(join(data, "relay.db")) && !existsSync(join(data, "relay.db.migrating"))) {
    throw new CliError(
      "NO_RELAY_DATA",
      `There is no relay's data in ${data}.`,
      "Name its folder with --data DIR, or its database in CONCLAVE_DATABASE_FILE.",
    );
  }
  const now = Date.now();
  const running = await runningOf(data);
  const folder = existsSync(data) ? await readable(data, () => examineFolder(data)) : null;
  const keyFile = config.relayKeyFile === null ? join(data, "relay.key") : resolve(config.relayKeyFile);
  const key = examineKey(keyFile);
  const database = isFolder ? null : await databaseOf(config.database, key.publicKey);
  const findings: Finding[] = [
    ...runningFindings(running, folder, data, isFolder),
    ...certificateFindings(config, running.facts),
    ...(isFolder && folder !== null ? folderFindings(folder, data, now) : []),
    ...(database === null ? [] : "away" in database ? [awayFinding(database.away)] : databaseFindings(database, now)),
    ...(folder === null ? [] : [diskFinding(folder, config)]),
    keyFinding(key, keyFile),
    secretsFinding(data, secretFiles(flags, config)),
  ];
  const isWell = findings.every(({ state }) => state !== "bad");
  const store = isFolder ? folder?.database?.store : database !== null && !("away" in database) ? database.store : null;
  const damaged = (store?.logs.damaged ?? []).map(({ tag, n, why }) => ({ tag, record: n, why }));
  output.result({ data, isWell, findings, damaged }, (paint) => lines(findings, isWell, paint));
  if (!isWell) process.exitCode = EXIT.unwell;
}

/** The files outside of the data folder in which the relay finds secrets. */
function secretFiles(flags: Readonly<Record<string, unknown>>, { tlsKey }: ServeConfig): string[] {
  const { env } = process;
  const secrets = SETTING_NAMES.filter((name) => SETTINGS[name].kind === "secret").map(environmentName);
  const variables = [...secrets, "CONCLAVE_BACKUP_PASSPHRASE"].map((name) => env[`${name}_FILE`]);
  return [...variables, flags["config"] ?? env["CONCLAVE_CONFIG"], tlsKey].filter((path) => typeof path === "string");
}

type Running = { readonly facts: RunningFacts | null; readonly isSilent: boolean };

async function runningOf(data: string): Promise<Running> {
  try {
    return { facts: await examineRunning(data), isSilent: false };
  } catch {
    return { facts: null, isSilent: true };
  }
}

function runningFindings(
  { facts, isSilent }: Running,
  folder: FolderFacts | null,
  data: string,
  isFolder: boolean,
): Finding[] {
  if (facts === null) {
    if (isSilent || folder?.isRunning === true) {
      return [
        bad(
          "relay",
          `A relay runs on ${data}, and cannot be asked there: it hangs, is older than this program, or runs as another user.`,
          "Run this as the relay's user. If that is not it, restart the relay.",
        ),
      ];
    }
    return [unseen("relay", "No relay runs here, so its addresses are not looked at.", start(data))];
  }
  if (facts.state.isShared !== isFolder) return addressFindings(facts);
  return [
    ...addressFindings(facts),
    bad(
      "relay",
      facts.state.isShared
        ? "The relay that runs keeps its rooms in PostgreSQL, and this command was not told where."
        : "The relay that runs keeps its rooms in its folder, and this command was told of a database.",
      "Run this with the relay's own CONCLAVE_DATABASE_FILE, or without one.",
    ),
  ];
}

function start(data: string): string {
  return `To start it: ${otherCommand("serve", "--data", data)}`;
}

function certificateFindings({ tlsCert, tlsKey, publicUrl }: ServeConfig, running: RunningFacts | null): Finding[] {
  if (tlsCert === null || tlsKey === null) return [];
  return [certificateFinding({ cert: tlsCert, key: tlsKey }, publicUrl, running)];
}

async function databaseOf(address: string, key: Uint8Array | null): Promise<DatabaseFacts | { readonly away: string }> {
  try {
    return await examineDatabase(address, key);
  } catch (error) {
    return { away: error instanceof Error && error.message !== "" ? error.message : "it does not answer" };
  }
}

function awayFinding(why: string): Finding {
  return bad(
    "database",
    `PostgreSQL cannot be reached or read: ${why}.`,
    "Look whether it runs, and at the address in CONCLAVE_DATABASE_FILE.",
  );
}

async function readable<T>(data: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error && "syscall" in error)) throw error;
    const why = fileFault(error, "it is not there");
    throw new CliError("NO_RELAY_DATA", `${data} cannot be read: ${why}.`, "Run this as the relay's user.");
  }
}

function lines(findings: readonly Finding[], isWell: boolean, paint: Paint): string[] {
  const marks: Readonly<Record<string, string>> = {
    good: paint.green("✔"),
    bad: paint.red("✘"),
    unseen: paint.dim("-"),
  };
  const width = Math.max(...findings.map(({ check }) => check.length));
  const wrong = findings.filter(({ state }) => state === "bad").length;
  return [
    ...findings.flatMap(({ check, state, text, todo }) => [
      `${marks[state]!} ${check.padEnd(width)}  ${text}`,
      ...(todo === null ? [] : [`  ${" ".repeat(width)}  → ${todo}`]),
    ]),
    "",
    isWell ? paint.green("All is well.") : paint.red(`${wrong} ${wrong === 1 ? "thing is" : "things are"} wrong.`),
  ];
}
