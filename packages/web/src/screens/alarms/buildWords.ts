import { alarmsBuild } from "@conclave/words/alarmsBuild";
import { words } from "../../words/words.js";

export const t = words(alarmsBuild);
