import { type Policy, type PolicyMatter, preset, type PresetName } from "@conclave/client/pure";
import { plural, words } from "../../words/index.js";

/** The ways to decide that a founder picks from, the usual one first. */
export const PRESETS = ["ownerLed", "admins", "everyoneAgrees", "addOnly", "openHouse"] as const satisfies PresetName[];
export type Preset = (typeof PRESETS)[number];

/** How many admins can be asked to agree. */
export const COUNTS = [2, 3, 4, 5] as const;

const title = words({
  en: {
    ownerLed: "The owner decides",
    admins: "Admins decide together",
    everyoneAgrees: "Everyone agrees",
    addOnly: "Members can't be removed",
    openHouse: "Open house",
  },
  de: {
    ownerLed: "Eine Person entscheidet",
    admins: "Admins entscheiden gemeinsam",
    everyoneAgrees: "Alle sind sich einig",
    addOnly: "Niemand wird entfernt",
    openHouse: "Offenes Haus",
  },
});

const sentence = words({
  en: {
    ownerLed: "The owner makes invites, removes people and sets the rules.",
    admins: (count: number) =>
      plural(count, {
        one: "An admin makes invites, removes people and sets the rules.",
        other: "# admins must approve invites and newcomers, removals, and new rules.",
      }),
    everyoneAgrees:
      "Everybody must approve each newcomer, or the link by which they join. Anyone can remove people, a few at a time.",
    addOnly: "The owner makes invites; people can only leave on their own.",
    openHouse: "Anyone with a link joins right away; any admin makes links and removes people.",
    own: "This room has rules of its own.",
    sealed: "This room is sealed: nobody comes in any more.",
  },
  de: {
    ownerLed: "Wem der Raum gehört, lädt ein, entfernt Leute und legt die Regeln fest.",
    admins: (count: number) =>
      plural(count, {
        one: "Ein Admin lädt ein, entfernt Leute und legt die Regeln fest.",
        other: "# Admins müssen zustimmen: Einladungen und neuen Leuten, dem Entfernen, neuen Regeln.",
      }),
    everyoneAgrees:
      "Alle müssen jedem Neuen zustimmen, oder dem Link, über den er kommt. Entfernen kann jede Person, wenige auf einmal.",
    addOnly: "Wem der Raum gehört, lädt ein; gehen kann man nur selbst.",
    openHouse: "Wer einen Link hat, ist sofort drin; jeder Admin macht Links und entfernt Leute.",
    own: "Dieser Raum hat eigene Regeln.",
    sealed: "Dieser Raum ist versiegelt: es kommt niemand mehr herein.",
  },
});

/** What a preset is called. */
export function presetTitle(name: Preset): string {
  return title[name];
}

/** One plain sentence on a preset. `count` is the number of admins. */
export function presetSentence(name: Preset, count: number): string {
  return name === "admins" ? sentence.admins(count) : sentence[name];
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
    return { title: title.admins, text: sentence.admins(quorum.count) };
  }
  return { title: null, text: same("sealed") ? sentence.sealed : sentence.own };
}

function isSame({ rules }: Policy, other: Policy): boolean {
  const matters = Object.keys(other.rules) as PolicyMatter[];
  // A rule's parts are always made in one order, here and where it is read.
  return matters.every((matter) => JSON.stringify(rules[matter]) === JSON.stringify(other.rules[matter]));
}
