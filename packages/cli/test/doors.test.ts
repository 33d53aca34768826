import { ALARM_CODES, PersonId, REJECTION_CODES } from "@conclave/protocol";
import { fateOf, type Problem, type Standing, type TimelineAlarm } from "@conclave/client";
import type { LinkFault, RelayError } from "@conclave/client/pure";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { CliError } from "../src/cliError.js";
import { EXIT } from "../src/exitCode.js";
import { adviceFor } from "../src/session/alarmAdvice.js";
import { noRooms } from "../src/session/home.js";
import { sendingError } from "../src/session/fate.js";
import { problemError } from "../src/session/problem.js";
import { notInRoom } from "../src/session/standing.js";
import { programName } from "../src/terminal/nextCommand.js";
import { run } from "./processes.js";

const SOURCES = join(import.meta.dirname, "../src");
// Each is a closed union: one that is left out does not compile.
const LINKS: Readonly<Record<LinkFault, 0>> = { none: 0, cut: 0, changed: 0, newer: 0, several: 0, too_long: 0 };
const keysOf = <K extends string>(all: Readonly<Record<K, unknown>>) => Object.keys(all) as K[];
const MORE: Readonly<Record<Exclude<Problem["kind"], "refused" | "relay" | "link">, Problem>> = {
  unreachable: { kind: "unreachable" },
  leaving: { kind: "leaving" },
  behind: { kind: "behind" },
  underway: { kind: "underway" },
  coming_back: { kind: "coming_back" },
  restored: { kind: "restored" },
  starved: { kind: "starved", losses: 3 },
  unknown: { kind: "unknown" },
  malformed: { kind: "malformed", what: "name" },
  not_member: { kind: "not_member" },
  already_here: { kind: "already_here" },
  corrupted: { kind: "corrupted" },
  too_large: { kind: "too_large" },
  source: { kind: "source" },
  cancelled: { kind: "cancelled" },
  closed: { kind: "closed" },
  unsure: { kind: "unsure" },
  clock: { kind: "clock", ahead: 2_592_000_000 },
};
const RELAY_ERRORS: readonly RelayError[] = relayErrors();
const STANDINGS: readonly Standing[] = [
  "founding",
  "joining",
  "asking",
  "member",
  "removed",
  "left",
  "lost",
  "restored",
];
const PROBLEMS: readonly Problem[] = [
  ...REJECTION_CODES.map((code) => ({ kind: "refused", rejection: { code } }) as const),
  ...RELAY_ERRORS.map((error) => ({ kind: "relay", error, retryAfter: 0 }) as const),
  ...keysOf(LINKS).map((fault) => ({ kind: "link", fault }) as const),
  ...Object.values(MORE),
];

/** The relay's own list, which this package may not import. */
function relayErrors(): RelayError[] {
  const text = readFileSync(join(SOURCES, "../../wire/src/errorCode.ts"), "utf8");
  const list = /RELAY_ERRORS = \{(.*?)\n\}/su.exec(text)![1]!;
  return [...list.matchAll(/^ {2}([a-z_]+):/gmu)].map(([, code]) => code as RelayError);
}

function sources(folder = SOURCES): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? sources(path) : /(?<!\.test)\.tsx?$/u.test(entry.name) ? [path] : [];
  });
}

/** The commands that a text tells a person to type. */
const commandsIn = (text: string) =>
  [...text.replaceAll(programName(), "conclave").matchAll(/\bconclave ([a-z][a-z-]+)/gu)].map(([, name]) => name!);

describe("what a command says when something stops it", () => {
  let commands: readonly string[] = [];
  beforeAll(async () => {
    const { stdout } = await run(["--help"], {});
    commands = [...stdout.matchAll(/^ {2}([a-z][a-z-]*)\b/gmu)].map(([, name]) => name!);
    expect(commands.length).toBeGreaterThan(20);
  });

  it("has a sentence, a stable code, and a command that exists for each reason there is", () => {
    expect(RELAY_ERRORS.length).toBeGreaterThan(15);
    for (const problem of PROBLEMS) {
      for (const error of [problemError(problem, "http://relay.test"), sendingError(problem, "http://relay.test")]) {
        expect(error.code, JSON.stringify(problem)).toMatch(/^[A-Z_0-9]+$/u);
        expect(error.message, JSON.stringify(problem)).toMatch(/^[A-Z“].*[.!]$/su);
        expectDoors(error);
      }
    }
    for (const standing of STANDINGS) expectDoors(notInRoom({ standing, ending: null }, "0123456789abcdef"));
    expectDoors(noRooms());
    const teller = { name: "Bob" } as NonNullable<TimelineAlarm["person"]>;
    expect(adviceFor({ code: "FORK", person: teller, rejection: null })).toContain("or that device is lying");
  });

  it("RULE cli.every-door: each refusal says what one can do, and each advice on an alarm names a command that exists", () => {
    for (const code of REJECTION_CODES) {
      const details = code === "already_so" ? ["policy", "title", "role", "relay", "ban", "approval", "decline"] : [""];
      for (const detail of details) {
        const error = problemError({ kind: "refused", rejection: { code, detail } }, "http://relay.test");
        expectDoors(error);
        expect({ code, opens: opens(error.hint) }).toEqual({ code, opens: true });
      }
    }
    for (const error of RELAY_ERRORS) {
      const { hint } = problemError({ kind: "relay", error, retryAfter: 0 }, "http://relay.test");
      expect({ error, opens: opens(hint) }).toEqual({ error, opens: true });
    }
    for (const problem of [
      ...Object.values(MORE),
      ...keysOf(LINKS).map((fault) => ({ kind: "link", fault }) as const),
    ]) {
      const { hint } = problemError(problem, "http://relay.test");
      expect({ problem, opens: opens(hint) }).toEqual({ problem, opens: problem.kind !== "cancelled" });
    }
    const somebody = { person: PersonId.of(new Uint8Array(32)), name: "Bob", tag: "b", isYou: false, checked: null };
    for (const code of ALARM_CODES) {
      for (const person of [null, somebody]) {
        const named = commandsIn(adviceFor({ code, person, rejection: null }));
        expect({ code, isNamed: named.length > 0 }).toEqual({ code, isNamed: true });
        expect(commands, code).toEqual(expect.arrayContaining(named));
      }
    }
  });

  /** A command to type, or something that a person does outside of this program. */
  function opens(hint: string | null): boolean {
    const decision =
      /\b(ask|try again|update|copy|check|look|send it|set|give|go on|wait|show this|quotes|can be up to|tell)\b/iu;
    return hint !== null && (commandsIn(hint).length > 0 || decision.test(hint));
  }

  function expectDoors({ code, message, hint }: CliError): void {
    expect(commands, code).toEqual(expect.arrayContaining(commandsIn(`${message} ${hint ?? ""}`)));
  }

  it("names no command anywhere that does not exist", () => {
    const isProse = new Set(["is", "in", "from", "and", "the", "process", "web", "room"]);
    for (const path of sources()) {
      const text = readFileSync(path, "utf8");
      const typed = [...text.matchAll(/["'`]\s*conclave ([a-z][a-z-]+)|(?:next|other)Command\(["'`]([a-z-]+)/gu)].map(
        ([, a, b]) => a ?? b!,
      );
      for (const name of typed) if (!isProse.has(name)) expect(commands, path).toContain(name);
    }
  });

  it("RULE client.reason-as-itself: only an outage is called one, only what is caught exits as caught, and what became of a message is said", () => {
    for (const problem of PROBLEMS) {
      const { code, exit, message } = problemError(problem, "http://relay.test");
      const isOutage = problem.kind === "unreachable" || problem.kind === "underway";
      expect([code, exit === EXIT.unreachable]).toEqual([code, isOutage]);
      expect([code, /does not answer/u.test(message)]).toEqual([code, problem.kind === "unreachable"]);
    }
    for (const problem of PROBLEMS) {
      const { message, fate } = sendingError(problem, "http://relay.test");
      expect(fate).toBe(fateOf(problem));
      const said = { kept: /is stored/u, dropped: /was not sent/u, unknown: /may have been kept/u }[fateOf(problem)];
      expect(message).toMatch(said);
    }
    const paused = sendingError(
      { kind: "refused", rejection: { code: "paused", detail: "ROLLBACK" } },
      "http://relay.test",
    );
    expect(paused).toMatchObject({ code: "PAUSED", exit: EXIT.alarm, fate: "kept" });
    expect(paused.hint).toContain("conclave resume");
  });
});
