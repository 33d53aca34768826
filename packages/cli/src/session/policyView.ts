import { preset, type Policy, type PolicyMatter, type PresetName, type Rule } from "@conclave/protocol";
import { usageError } from "../cliError.js";
import { nextCommand } from "../terminal/nextCommand.js";
import { safeName } from "../terminal/safeText.js";

/** What a preset is called on the command line, and what it means. */
const PRESETS: Readonly<Record<string, { readonly name: PresetName; readonly about: string }>> = {
  "owner-led": { name: "ownerLed", about: "the owner decides; anyone with the owner's link can join" },
  admins: { name: "admins", about: "two admins decide together" },
  everyone: { name: "everyoneAgrees", about: "everyone must approve who joins; anyone can remove somebody" },
  "add-only": { name: "addOnly", about: "nobody is ever removed" },
  "open-house": { name: "openHouse", about: "anyone with a link can join; admins remove people" },
  sealed: { name: "sealed", about: "the people stay as they are, permanently" },
};

const MATTERS: Readonly<Record<PolicyMatter, string>> = {
  add: "let in",
  remove: "remove",
  setRole: "change roles",
  setPolicy: "change these rules",
  invite: "make links",
  addDevice: "add a device",
};

/** The presets that a room can start with or change to. `sealed` is not among them: `conclave seal` does that, and it is final. */
export const CHOICES: readonly string[] = Object.keys(PRESETS).filter((name) => name !== "sealed");

/** The policy of a preset. @throws CliError USAGE for an unknown one. */
export function policyOf(text: string): Policy {
  const known = CHOICES.includes(text) ? PRESETS[text] : undefined;
  if (known) return preset(known.name);
  if (text === "sealed")
    throw usageError(
      '"sealed" is not a policy to choose: sealing a room is a decision of its own.',
      `To seal it permanently:  ${nextCommand("seal")}`,
    );
  throw usageError(`There is no preset "${safeName(text)}".`, `Presets: ${CHOICES.join(", ")}.`);
}

/** The preset that a policy is, or `custom`. */
export function presetOf(policy: Policy): string {
  const same = (name: PresetName) => canonical(preset(name)) === canonical(policy);
  return Object.keys(PRESETS).find((name) => same(PRESETS[name]!.name)) ?? "custom";
}

/** What a preset means; null for a policy that is not a preset. */
export function aboutPreset(name: string): string | null {
  return PRESETS[name]?.about ?? null;
}

/** Who decides what, in words, by matter. */
export function rulesOf(policy: Policy): Readonly<Record<string, string>> {
  const matters = Object.keys(MATTERS) as PolicyMatter[];
  return Object.fromEntries(matters.map((matter) => [MATTERS[matter], ruleSentence(policy.rules[matter])]));
}

function ruleSentence(rule: Rule): string {
  switch (rule.kind) {
    case "nobody":
      return "nobody";
    case "self":
      return "everybody their own";
    case "owner":
      return "an owner";
    case "role":
      return rule.role === "owner" ? "an owner" : rule.role === "admin" ? "an admin" : "a member";
    case "quorum":
      return `${rule.count} ${rule.role}s together${rule.half ? ", at least half of them" : ""} (all, while there are fewer)`;
    case "majority":
      return "more than half of the people";
    case "unanimous":
      return "everyone together";
    case "anyMember":
      return "any member";
    case "invite":
      return rule.inviteClass === "any" ? "an open link" : `an open ${rule.inviteClass} link`;
    case "anyOf":
      return rule.rules.map(ruleSentence).join(", or ");
  }
}

function canonical({ rules, settings }: Policy): string {
  const sorted = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(sorted)
      : typeof value === "object" && value !== null
        ? Object.entries(value as Record<string, unknown>)
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([key, inner]) => [key, sorted(inner)])
        : value;
  return JSON.stringify([sorted(rules), sorted(settings)]);
}
