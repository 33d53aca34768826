import { settingsAbout } from "@conclave/words/settingsAbout";
import { words } from "../../words/words.js";

export const t = words(settingsAbout);
