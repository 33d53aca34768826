import { powerNames } from "@conclave/words/powerNames";
import { powers as names } from "@conclave/words/powers";
import { words } from "../../words/words.js";

/** What one may do, as a part of a list. */
export const powers = words(names);

/** What a new role means, before it is given. */
export const t = words(powerNames);
