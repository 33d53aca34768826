import { people } from "@conclave/words/people";
import { words } from "../../words/words.js";

export const t = words(people);
