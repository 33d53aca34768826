import { proposals } from "@conclave/words/proposals";
import { words } from "../../words/words.js";

export const t = words(proposals);
