import { chatSelection } from "@conclave/words/chatSelection";
import { words } from "../../words/words.js";

export const t = words(chatSelection);
