import { design } from "@conclave/words/design";
import { words } from "../words/words.js";

export const t = words(design);
