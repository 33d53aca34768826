import { chatFiles } from "@conclave/words/chatFiles";
import { words } from "../../../words/words.js";

export const t = words(chatFiles);
