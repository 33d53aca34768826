import { type Policy, type PolicyMatter, preset, type PresetName } from "@conclave/client/pure";
import { presetSentences } from "@conclave/words/presetSentences";
import { presetTitles } from "@conclave/words/presetTitles";
import { words } from "../../words/words.js";

/** The ways to decide that a founder picks from, the usual one first. */
export const PRESETS = ["ownerLed", "admins", "everyoneAgrees", "addOnly", "openHouse"] as const satisfies PresetName[];
export type Preset = (typeof PRESETS)[number];

/** How many admins can be asked to agree. */
export const COUNTS = [2, 3, 4, 5] as const;

const title = words(presetTitles);

const sentence = words(presetSentences);

/** What a preset is called. */
export function presetTitle(name: Preset): string {
  return title[name];
}

/** One plain sentence on a preset. `count` is the number of admins. */
export function presetSentence(name: Preset, count: number): string {
  return name === "admins" ? sentence.admins({ count }) : sentence[name];
}

/** Who decides in a room, as a title and a sentence: by the preset that its policy is. */
export function sayPolicy(policy: Policy): { readonly title: string | null; readonly text: string } {
  const same = (name: PresetName, count?: number) => isSame(policy, preset(name, count));
  for (const name of PRESETS) {
    if (name !== "admins" && same(name)) return { title: title[name], text: presetSentence(name, 1) };
  }
  const { add } = policy.rules;
  const quorum = add.kind === "anyOf" ? add.rules.find((rule) => rule.kind === "quorum") : undefined;
  if (quorum?.kind === "quorum" && same("admins", quorum.count)) {
    return { title: title.admins, text: sentence.admins({ count: quorum.count }) };
  }
  return { title: null, text: same("sealed") ? sentence.sealed : sentence.own };
}

function isSame({ rules }: Policy, other: Policy): boolean {
  const matters = Object.keys(other.rules) as PolicyMatter[];
  // A rule's parts are always made in one order, here and where it is read.
  return matters.every((matter) => JSON.stringify(rules[matter]) === JSON.stringify(other.rules[matter]));
}
