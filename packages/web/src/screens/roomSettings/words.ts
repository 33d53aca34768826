import { roomSettings } from "@conclave/words/roomSettings";
import { words } from "../../words/words.js";

export const t = words(roomSettings);
