import { search } from "@conclave/words/search";
import { words } from "../../words/words.js";

export const t = words(search);
