import { verify } from "@conclave/words/verify";
import { verifyBy } from "@conclave/words/verifyBy";
import { words } from "../../words/words.js";

/** By what somebody was checked. */
export const by = words(verifyBy);

export const t = words(verify);
