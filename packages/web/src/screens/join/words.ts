import { join } from "@conclave/words/join";
import { words } from "../../words/words.js";

export const t = words(join);
