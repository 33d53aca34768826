// What the generated sentences are made with. The sentences themselves are at "@conclave/words/<section>" in every language,
// and at "@conclave/words/en/<section>" in English alone (docs/decisions/0011).
export type { Catalogue } from "./catalogue.js";
export { comingBackSentence, type ToldWayBack } from "./comingBackSentence.js";
export {
  explainedSentence,
  type ExplainedSections,
  silenceSentences,
  type ToldAct,
  type ToldPerson,
} from "./explainedSentence.js";
export { DIRECTIONS, LANGUAGES, type Language } from "./generated/languages.js";
export { isolated } from "./isolated.js";
export { type ProblemSections, problemSentence, type ToldProblem } from "./problemSentence.js";
export { ruleSentence, type ToldRule } from "./ruleSentence.js";
export { spanOf } from "./spanOf.js";
