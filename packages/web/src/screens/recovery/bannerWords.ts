import { recoveryBanner } from "@conclave/words/recoveryBanner";
import { words } from "../../words/words.js";

export const t = words(recoveryBanner);
