import { settings } from "@conclave/words/settings";
import { words } from "../../words/words.js";

export const t = words(settings);
