import { chatGone } from "@conclave/words/chatGone";
import { words } from "../../words/words.js";

export const t = words(chatGone);
