import { recovery } from "@conclave/words/recovery";
import { words } from "../../words/words.js";

export const t = words(recovery);
