import type { DatabaseFacts } from "@conclave/relay";
import { fileSize } from "../terminal/fileSize.js";
import { otherCommand } from "../terminal/nextCommand.js";
import { bad, good, span, unseen, type Finding } from "./finding.js";
import { clockFinding, roomsFinding } from "./storeFindings.js";

/** The oldest version that its makers still mend. */
const OLDEST_VERSION = 140_000;
const CLOCK_TOLERANCE_MS = 60_000;
/** A lock is held for as long as a group takes: some ms. */
const LONGEST_WAIT_MS = 5000;

/** What a database in PostgreSQL shows. */
export function databaseFindings(facts: DatabaseFacts, now: number): Finding[] {
  const found = [databaseFinding(facts), durabilityFinding(facts), standbyFinding(facts), locksFinding(facts)];
  if (facts.tellsLine !== null) found.push(failoverFinding(facts.tellsLine));
  const { store } = facts;
  if (store === null) return [...found, unseen("rooms", "No relay has used this database yet.")];
  const restore = `Look at the disk first. Then stop the relays, put the database back from its own backup, and run ${otherCommand("relay", "recovered")} before a relay starts. Members' devices bring back what came after it.`;
  return [
    ...found,
    roomsFinding(store, restore),
    machinesClock(facts, now) ?? clockFinding(store, facts.clock, "The database's clock"),
    unseen("backup", "Backups of the database are its own, and cannot be seen from here."),
  ];
}

function databaseFinding(facts: DatabaseFacts): Finding {
  const { version, bytes, relayConnections } = facts;
  if (facts.isUnfinished) {
    return bad(
      "database",
      "Moving rooms into this database was interrupted: it has none of them yet.",
      `Run it again: ${otherCommand("migrate", "--to", "database", "--data", "DIR")}`,
    );
  }
  if (facts.isStandby || facts.isReadOnly) {
    return bad(
      "database",
      facts.isStandby ? "This is a standby: no relay can write here." : "This database takes no writes.",
      "Give the relays the address of the server that takes writes, or make this one take them.",
    );
  }
  if (facts.isOfKey === false) {
    return bad(
      "database",
      "This database holds the rooms of a relay with another key.",
      "Give the file of that relay's key with CONCLAVE_RELAY_KEY_FILE.",
    );
  }
  const text = `PostgreSQL ${Math.floor(version / 10_000)}.${version % 10_000}, ${fileSize(bytes)}, ${relayConnections} connections of relays.`;
  if (version >= OLDEST_VERSION) return good("database", text);
  return bad("database", text, "Its makers no longer mend this version: move to a newer one.");
}

/** Whether what is acknowledged survives a power cut. */
function durabilityFinding({ settings }: DatabaseFacts): Finding {
  const off = ["fsync", "full_page_writes", "synchronous_commit"].filter((name) => settings[name] === "off");
  if (off.length === 0) return good("durability", "What is acknowledged is on the database's disk first.");
  return bad(
    "durability",
    `${off.join(" and ")} ${off.length > 1 ? "are" : "is"} off: a power cut can lose what members hold the relay's signature for.`,
    `In psql: ${off.map((name) => `ALTER SYSTEM SET ${name} = on;`).join(" ")} SELECT pg_reload_conf(); If it stays off, it was set for the role or the database: ALTER ROLE … RESET, or ALTER DATABASE … RESET.`,
  );
}

/** Whether a failover would lose what was acknowledged. */
function standbyFinding({ settings, standbys, synchronousStandbys }: DatabaseFacts): Finding {
  const names = settings["synchronous_standby_names"] ?? "";
  const level = settings["synchronous_commit"] ?? "on";
  if (names === "") {
    if (standbys === 0) return good("standby", "No standby is connected, so none can take over and be behind.");
    return bad(
      "standby",
      `${standbys} standby${standbys === 1 ? " is" : "s are"} connected, and no commit waits for one: a failover takes back what was acknowledged.`,
      `In psql: ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (*)'; SELECT pg_reload_conf();`,
    );
  }
  if (level === "local" || level === "remote_write") {
    return bad(
      "standby",
      `synchronous_commit is ${level}: a commit does not wait until a standby has it on its disk.`,
      "In psql: ALTER SYSTEM SET synchronous_commit = on; SELECT pg_reload_conf();",
    );
  }
  if (standbys === 0 || synchronousStandbys === 0) {
    return bad(
      "standby",
      `No standby is connected of those that commits wait for (${names}): nothing can be written.`,
      "Start the standby, or change synchronous_standby_names.",
    );
  }
  if (synchronousStandbys === null) {
    return unseen("standby", `Commits wait for ${names}; this user may not see whether those are connected.`);
  }
  return good("standby", `Each commit waits for ${names}: a failover to it loses nothing.`);
}

/** Whether a relay would notice that another server has taken over. */
function failoverFinding(tellsLine: boolean): Finding {
  if (tellsLine) return good("failover", "A failover, or a dump that is put back, is noticed.");
  return unseen(
    "failover",
    "PostgreSQL does not tell this user which server it is: no relay notices a failover, or a dump that is put back.",
    `In psql, as a superuser: GRANT EXECUTE ON FUNCTION pg_control_system() TO the relay's user. Where that cannot be done, run ${otherCommand("relay", "recovered")} after each of these, before a relay starts.`,
  );
}

function locksFinding({ waiting, longestWait }: DatabaseFacts): Finding {
  if (longestWait <= LONGEST_WAIT_MS) return good("locks", `${waiting} statements wait for a lock.`);
  return bad(
    "locks",
    `${waiting} statements wait for a lock, the first of them for ${span(longestWait)}: somebody holds what relays need.`,
    "In psql: SELECT pid, application_name, state, query FROM pg_stat_activity WHERE pid IN (SELECT unnest(pg_blocking_pids(pid)) FROM pg_stat_activity); then SELECT pg_terminate_backend(PID) ends it.",
  );
}

function machinesClock({ clock }: DatabaseFacts, now: number): Finding | null {
  const apart = Math.abs(now - clock);
  if (apart <= CLOCK_TOLERANCE_MS) return null;
  return bad(
    "clock",
    `The clocks of this machine and of the database are ${span(apart)} apart.`,
    "Set both right and keep them right: timedatectl set-ntp true. Messages get the database's time.",
  );
}
