import type { comingBack } from "./generated/en/comingBack.js";

type Sentences = typeof comingBack;

/** Why a device cannot follow its room, and how far it is on its way back. */
export interface ToldWayBack {
  readonly why: "unopened" | "behind" | "copy";
  /** Whose device sent what could not be used; null where that is not known. */
  readonly by: { readonly name: string } | null;
  /** Whose device says that we were removed; null where nobody's does. */
  readonly told: { readonly name: string } | null;
  readonly step: "alone" | "noticed" | "asked" | "entering";
}

/** Two sentences: what happened, and what is being done about it. */
export function comingBackSentence(
  { why, by, told, step }: ToldWayBack,
  sentences: Sentences,
): readonly [string, string] {
  const what = why === "unopened" && by !== null ? sentences.unopenedBy({ name: by.name }) : sentences[why];
  return [what, told !== null && step === "asked" ? sentences.told({ name: told.name }) : sentences[step]];
}
