import { invitesOnlyHere } from "@conclave/words/invitesOnlyHere";
import { words } from "../../words/words.js";

export const t = words(invitesOnlyHere);
