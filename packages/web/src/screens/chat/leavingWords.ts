import { chatLeaving } from "@conclave/words/chatLeaving";
import { words } from "../../words/words.js";

export const t = words(chatLeaving);
