import { unreadable } from "@conclave/words/unreadable";
import { words } from "../../words/words.js";

/** Why a line cannot be shown: a closed list, and nothing is left without a reason. */
export const reasons = words(unreadable);
