import { invites } from "@conclave/words/invites";
import { words } from "../../words/words.js";

export const t = words(invites);
