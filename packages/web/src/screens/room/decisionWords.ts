import { decision } from "@conclave/words/decision";
import { words } from "../../words/words.js";

/** What was decided: the same sentences as the command line's. */
export const decisions = words(decision);
