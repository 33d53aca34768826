import {
  adminsOf,
  type Policy,
  type Preset,
  PRESET_NAMES,
  type PresetName,
  presetNameOf,
  presetOf,
} from "@conclave/client/pure";
import { presetSentences } from "@conclave/words/presetSentences";
import { presetTitles } from "@conclave/words/presetTitles";
import { words } from "../../words/words.js";

/** How many admins can be asked to agree. */
export const COUNTS = [2, 3, 4, 5] as const;

const title = words(presetTitles);

const sentence = words(presetSentences);

/** What a preset is called. */
export function presetTitle(name: PresetName): string {
  return title[name];
}

/** One plain sentence on a preset. */
export function presetSentence(preset: Preset): string {
  const name = presetNameOf(preset);
  return name === "admins" ? sentence.admins({ count: adminsOf(preset) }) : sentence[name];
}

/** The presets to choose from, where `count` admins decide together. */
export function presetsWith(count: number): readonly Preset[] {
  return PRESET_NAMES.map((name) => (name === "admins" ? (`admins:${count}` as const) : name));
}

/** Who decides in a room, as a title and a sentence: by the preset that its policy is. */
export function sayPolicy(policy: Policy): { readonly title: string | null; readonly text: string } {
  const preset = presetOf(policy);
  if (preset === null) return { title: null, text: sentence.own };
  return { title: title[presetNameOf(preset)], text: presetSentence(preset) };
}
