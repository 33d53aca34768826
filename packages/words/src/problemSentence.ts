import type { linkFault } from "./generated/en/linkFault.js";
import type { malformed } from "./generated/en/malformed.js";
import type { problem } from "./generated/en/problem.js";
import type { refusal } from "./generated/en/refusal.js";
import type { relayError } from "./generated/en/relayError.js";
import { spanOf } from "./spanOf.js";

type Problems = typeof problem;

/** Why something was not done, as the client says it: each code has its sentence, or this does not compile. */
export type ToldProblem =
  | { readonly kind: "refused"; readonly rejection: ToldRefusal }
  | { readonly kind: "relay"; readonly error: keyof typeof relayError }
  | { readonly kind: "link"; readonly fault: keyof typeof linkFault }
  | { readonly kind: "malformed"; readonly what: keyof typeof malformed }
  | { readonly kind: "clock"; readonly ahead: number }
  | {
      readonly kind: "starved";
      readonly losses: number;
      readonly by?: readonly { readonly person: { readonly name: string }; readonly count: number }[];
    }
  | { readonly kind: Exclude<keyof Problems, "clock" | "starved" | "starvedBy" | "upgraded"> };

interface ToldRefusal {
  readonly code: keyof typeof refusal;
  /** Who moved the room to a version that this app does not know, null where it began in that version. */
  readonly upgraded?: {
    readonly by: { readonly name: string } | null;
    readonly version: number;
    readonly knows: number;
  };
}

/** The sections that a problem is said with, in one language. */
export interface ProblemSections {
  readonly problem: Problems;
  readonly refusal: typeof refusal;
  readonly relayError: typeof relayError;
  readonly linkFault: typeof linkFault;
  readonly malformed: typeof malformed;
}

/** Why something was not done, as one sentence of these sections. `ahead` of a clock is in ms. */
export function problemSentence(told: ToldProblem, sections: ProblemSections, language: string): string {
  switch (told.kind) {
    case "refused":
      return refusalSentence(told.rejection, sections);
    case "relay":
      return sections.relayError[told.error];
    case "link":
      return sections.linkFault[told.fault];
    case "malformed":
      return sections.malformed[told.what];
    case "clock":
      return sections.problem.clock({
        span: spanOf(language, Math.abs(told.ahead)),
        way: told.ahead > 0 ? "ahead" : "behind",
      });
    case "starved":
      return starvedSentence(told, sections);
    default:
      return sections.problem[told.kind];
  }
}

function starvedSentence(
  { losses, by = [] }: Extract<ToldProblem, { readonly kind: "starved" }>,
  { problem }: ProblemSections,
): string {
  if (by.length === 0) return problem.starved({ losses });
  const count = by.reduce((sum, rival) => sum + rival.count, 0);
  return problem.starvedBy({ names: by.map(({ person }) => person.name).join(", "), losses: count });
}

function refusalSentence({ code, upgraded }: ToldRefusal, { refusal, problem }: ProblemSections): string {
  if (!upgraded) return refusal[code];
  const { by, version, knows } = upgraded;
  const versions = { version: String(version), knows: String(knows) };
  return problem.upgraded({ how: by ? "moved" : "founded", by: by?.name ?? "", ...versions });
}
