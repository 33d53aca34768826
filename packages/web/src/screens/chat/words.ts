import { chat } from "@conclave/words/chat";
import { words } from "../../words/words.js";

export const t = words(chat);
