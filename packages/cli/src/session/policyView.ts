import {
  adminsOf,
  preset,
  type Policy,
  type PolicyMatter,
  type Preset,
  PRESET_NAMES,
  presetNameOf,
  presetOf,
  readPreset,
  type Rule,
} from "@conclave/protocol";
import { ruleSentence } from "@conclave/words";
import { policyRules } from "@conclave/words/en/policyRules";
import { presetSentences } from "@conclave/words/en/presetSentences";
import { usageError } from "../cliError.js";
import { PRESETS } from "../program/context.js";
import { nextCommand } from "../terminal/nextCommand.js";
import { safeName } from "../terminal/safeText.js";
import { isThere, policyInFile } from "./policyFile.js";

/** What completion offers where a preset may stand. */
export const PRESET_CHOICES: readonly string[] = PRESET_NAMES.map((name) => (name === "admins" ? "admins:2" : name));

/**
 * The policy of a preset, or the one in a file: a word wins over a file of the same name.
 * @throws CliError USAGE for a text that is neither; POLICY_FILE for a file that is no policy.
 */
export async function policyOf(text: string): Promise<Policy> {
  const word = readPreset(text);
  if (word.ok) return preset(word.value);
  const hint = `The policies are: ${PRESETS}. For example:  admins:2\nOr give a file with a policy:  ./policy.json`;
  switch (word.error) {
    case "no_count":
      throw usageError("Say how many admins decide together.", hint);
    case "bad_count":
      throw usageError(`"${safeName(text)}" is no number of admins: from 1 to 241 can decide together.`, hint);
    case "unknown":
      if (await isThere(text)) return await policyInFile(text);
      if (text === "sealed")
        throw usageError(
          '"sealed" is not a policy to choose: sealing a room is a decision of its own.',
          `To seal it permanently:  ${nextCommand("seal")}`,
        );
      throw usageError(`There is no policy and no file "${safeName(text)}".`, hint);
  }
}

/** What a policy is called: the word of a preset, or `custom`. */
export function policyName(policy: Policy): string {
  return presetOf(policy) ?? "custom";
}

/** One sentence on a preset; on a policy that is none, that it is the room's own. */
export function aboutPolicy(word: Preset | null): string {
  if (word === null) return presetSentences.own;
  const name = presetNameOf(word);
  return name === "admins" ? presetSentences.admins({ count: adminsOf(word) }) : presetSentences[name];
}

/** Who decides what, in words, by matter. */
export function rulesOf({ rules }: Policy): Readonly<Record<PolicyMatter, string>> {
  const { add, invite, remove, setRole, setPolicy, addDevice } = rules;
  return {
    add: sayRule(add),
    invite: sayRule(invite),
    remove: sayRule(remove),
    setRole: sayRule(setRole),
    setPolicy: sayRule(setPolicy),
    addDevice: sayRule(addDevice),
  };
}

/** A rule in plain words. */
function sayRule(rule: Rule): string {
  return ruleSentence(rule, policyRules, (choices) => choices.join(", or "));
}
