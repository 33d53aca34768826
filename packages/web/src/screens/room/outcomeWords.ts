import { outcomes as sentences } from "@conclave/words/outcomes";
import { words } from "../../words/words.js";

/** What is so after a decision. `name`: of the person it is about, or what something is called now. */
export const outcomes = words(sentences);
