import { removeOffer } from "@conclave/words/removeOffer";
import { words } from "../../words/words.js";

/** What is said where devices claim again and again that they could not follow somebody. */
export const t = words(removeOffer);
