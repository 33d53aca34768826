import { recoveryReminder } from "@conclave/words/recoveryReminder";
import { words } from "../../words/words.js";

export const t = words(recoveryReminder);
