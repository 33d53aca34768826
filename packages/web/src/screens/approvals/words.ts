import { approvals } from "@conclave/words/approvals";
import { words } from "../../words/words.js";

export const t = words(approvals);
