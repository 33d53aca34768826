import { done, failed, type Result, utf8Bytes } from "@conclave/codec";
import { canBeChanged, type Policy, type PolicyMatter, type PolicySettings } from "./policy.js";
import { repeatedNames } from "./repeatedNames.js";
import type { DecidingRole } from "./role.js";
import type { InviteClass, Rule } from "./rule.js";

/** The most that a file with a policy may hold, in bytes of UTF-8. */
export const MAX_POLICY_FILE_BYTES = 64 * 1024;
/** So many faults of a file are told; a file that is something else altogether has more. */
const MAX_FAULTS = 16;

/** What is wrong at a place of a file: stable codes. */
export const POLICY_FAULT_CODES = [
  "not_json",
  "too_large",
  "wrong_type",
  "unknown_field",
  "missing_field",
  "repeated_field",
  "unknown_value",
  "out_of_range",
  "too_many_choices",
  "nested_choice",
  "unchangeable",
] as const;
/** The stable name of a fault. */
export type PolicyFaultCode = (typeof POLICY_FAULT_CODES)[number];

/** What is wrong with a file. It holds nothing of what is in the file: that may be anything. */
export interface PolicyFault {
  readonly code: PolicyFaultCode;
  /** Where, from names of the format alone: `rules.add.rules[1].count`; of the whole file, `policy`. */
  readonly place: string;
  /** What may be there: fields, values or `from 1 to 1000`, as they are typed; empty where there is nothing to choose. */
  readonly expected: readonly string[];
}

/**
 * Reads a policy from the text of a file: a JSON object with `rules` and `settings`, or one that holds such an object as `policy`,
 * as `conclave policy show --json` prints it. Every rule and every setting has to be there, once, and nothing else. Gives all that is
 * wrong, 16 faults at most, in the order of the format. Whether the policy makes sense in a room is {@link policyDoubts}'s question.
 *
 * RULE: policy.file-strict: what is misspelt, left out or said twice is a fault, never a rule of some other meaning (docs/protocol.md §4).
 */
export function readPolicyFile(text: string): Result<Policy, readonly PolicyFault[]> {
  const whole = (code: PolicyFaultCode) => failed([{ code, place: ROOT, expected: [] }]);
  if (text.length > MAX_POLICY_FILE_BYTES || utf8Bytes(text).length > MAX_POLICY_FILE_BYTES) return whole("too_large");
  const parsed = parse(text);
  if (parsed === null) return whole("not_json");
  const file = new PolicyFileReader();
  const policy = file.policy(parsed.value);
  const faults = [...repeatedFields(text), ...file.faults];
  if (policy === null || faults.length > 0) return failed(faults.slice(0, MAX_FAULTS));
  return canBeChanged(policy)
    ? done(policy)
    : failed([{ code: "unchangeable", place: "rules.setPolicy", expected: [] }]);
}

const ROOT = "policy";
/** What `policy show --json` prints beside the policy. */
const BESIDE = ["v", "roomId", "kind", "preset", "about", "words", "warnings"];
const MATTERS: readonly PolicyMatter[] = ["add", "remove", "setRole", "setPolicy", "invite", "addDevice"];
const SETTINGS = ["minTenure", "maxStale", "history", "removals"] as const satisfies readonly (keyof PolicySettings)[];
const ROLES: readonly DecidingRole[] = ["owner", "admin", "member"];
const CLASSES: readonly (InviteClass | "any")[] = ["any", "single", "multi", "personal", "listed"];
const MAX_CHOICES = 8;

/** The fields of each kind of rule, beside `kind`. */
const FIELDS: Readonly<Record<Rule["kind"], readonly string[]>> = {
  ...{
    nobody: [],
    self: [],
    owner: [],
    role: ["role"],
    quorum: ["role", "count", "half"],
    majority: [],
    unanimous: [],
  },
  ...{ anyMember: [], invite: ["inviteClass"], anyOf: ["rules"] },
};

const NAMES: ReadonlySet<string | number> = new Set(
  [["rules", "settings", "kind", "entries"], MATTERS, SETTINGS, ...Object.values(FIELDS)].flat(),
);

type Fields = Readonly<Record<string, unknown>>;

/** Fields that stand more than once. What is in or beside a field that is no policy's is nobody's business here. */
function repeatedFields(text: string): PolicyFault[] {
  const faults: PolicyFault[] = [];
  for (const { name, path } of repeatedNames(text)) {
    const inner = path[0] === ROOT ? path.slice(1) : path;
    const isPolicys = inner.every((part) => typeof part === "number" || NAMES.has(part));
    if (!isPolicys || !(NAMES.has(name) || name === ROOT)) continue;
    const place = inner.map((part) => (typeof part === "number" ? `[${part}]` : `.${part}`)).join("");
    faults.push({ code: "repeated_field", place: place === "" ? ROOT : place.slice(1), expected: [name] });
  }
  return faults;
}

function parse(text: string): { readonly value: unknown } | null {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return null;
  }
}

/** Reads values and notes what is wrong; what it gives for a value that is wrong is never used. */
class PolicyFileReader {
  readonly faults: PolicyFault[] = [];

  policy(value: unknown): Policy | null {
    const isDocument = typeof value === "object" && value !== null && "policy" in value;
    const outer = isDocument ? this.fields(value, ROOT, ["policy"], BESIDE) : null;
    const fields = this.fields(outer ? outer["policy"] : value, ROOT, ["rules", "settings"]);
    if (fields === null) return null;
    const rules = this.fields(fields["rules"], "rules", MATTERS);
    const settings = this.fields(fields["settings"], "settings", SETTINGS);
    if (rules === null || settings === null) return null;
    const read = Object.fromEntries(MATTERS.map((matter) => [matter, this.rule(rules[matter], `rules.${matter}`)]));
    return { rules: read as Policy["rules"], settings: this.settings(settings) };
  }

  private settings({ minTenure, maxStale, history, removals }: Fields): PolicySettings {
    return {
      minTenure: this.number(minTenure, "settings.minTenure", 0, 1000),
      maxStale: this.number(maxStale, "settings.maxStale", 0, Number.MAX_SAFE_INTEGER),
      history: this.choice(history, "settings.history", ["none", "marked"] as const),
      removals: removals === null ? null : this.removals(removals),
    };
  }

  private removals(value: unknown): PolicySettings["removals"] {
    const place = "settings.removals";
    const fields = this.fields(value, place, ["count", "entries"]);
    return (
      fields && {
        count: this.number(fields["count"], `${place}.count`, 1, 64),
        entries: this.number(fields["entries"], `${place}.entries`, 0, 65_535),
      }
    );
  }

  private rule(value: unknown, place: string, isChoice = false): Rule {
    const nobody: Rule = { kind: "nobody" };
    const object = this.object(value, place);
    if (object === null) return nobody;
    if (!Object.hasOwn(object, "kind")) {
      this.fault("missing_field", place, ["kind"]);
      return nobody;
    }
    const kind = this.choice(object["kind"], `${place}.kind`, Object.keys(FIELDS) as Rule["kind"][]);
    if (typeof object["kind"] !== "string" || !Object.hasOwn(FIELDS, object["kind"])) return nobody;
    const fields = this.fields(value, place, ["kind", ...FIELDS[kind]]);
    if (fields === null) return nobody;
    switch (kind) {
      case "role":
        return { kind, role: this.choice(fields["role"], `${place}.role`, ROLES) };
      case "quorum":
        return {
          kind,
          role: this.choice(fields["role"], `${place}.role`, ROLES),
          count: this.number(fields["count"], `${place}.count`, 1, 65_535),
          half: this.flag(fields["half"], `${place}.half`),
        };
      case "invite":
        return { kind, inviteClass: this.choice(fields["inviteClass"], `${place}.inviteClass`, CLASSES) };
      case "anyOf":
        if (isChoice) this.fault("nested_choice", place);
        return isChoice ? nobody : { kind, rules: this.choices(fields["rules"], `${place}.rules`) };
      default:
        return { kind };
    }
  }

  private choices(value: unknown, place: string): readonly Rule[] {
    if (!Array.isArray(value)) {
      this.fault("wrong_type", place, ["[…]"]);
      return [];
    }
    if (value.length > MAX_CHOICES) {
      this.fault("too_many_choices", place, [String(MAX_CHOICES)]);
      return [];
    }
    return value.map((each, n) => this.rule(each, `${place}[${n}]`, true));
  }

  /** An object with exactly these fields, and maybe some others that are allowed. */
  private fields(
    value: unknown,
    place: string,
    wanted: readonly string[],
    beside: readonly string[] = [],
  ): Fields | null {
    const object = this.object(value, place);
    if (object === null) return null;
    const missing = wanted.filter((name) => !Object.hasOwn(object, name));
    if (missing.length > 0) this.fault("missing_field", place, missing);
    const isKnown = (name: string) => wanted.includes(name) || beside.includes(name);
    if (!Object.keys(object).every(isKnown)) this.fault("unknown_field", place, wanted);
    return missing.length > 0 ? null : object;
  }

  private object(value: unknown, place: string): Fields | null {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
    this.fault("wrong_type", place, ["{…}"]);
    return null;
  }

  private choice<T extends string>(value: unknown, place: string, values: readonly T[]): T {
    const found = values.find((each) => each === value);
    if (found === undefined) this.fault("unknown_value", place, values);
    return found ?? values[0]!;
  }

  private number(value: unknown, place: string, least: number, most: number): number {
    if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return value as number;
    this.fault("out_of_range", place, [String(least), String(most)]);
    return least;
  }

  private flag(value: unknown, place: string): boolean {
    if (typeof value !== "boolean") this.fault("wrong_type", place, ["true", "false"]);
    return value === true;
  }

  private fault(code: PolicyFaultCode, place: string, expected: readonly string[] = []): void {
    this.faults.push({ code, place, expected });
  }
}
