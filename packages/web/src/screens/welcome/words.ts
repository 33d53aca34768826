import { welcome } from "@conclave/words/welcome";
import { words } from "../../words/words.js";

export const t = words(welcome);
