import { decisions } from "@conclave/words/decisions";
import { words } from "../../words/words.js";

export const t = words(decisions);
