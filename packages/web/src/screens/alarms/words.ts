import { alarms } from "@conclave/words/alarms";
import { words } from "../../words/words.js";

export const t = words(alarms);
