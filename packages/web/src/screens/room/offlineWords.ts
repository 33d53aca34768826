import { roomOffline } from "@conclave/words/roomOffline";
import { words } from "../../words/words.js";

/** Of a server that does not answer. */
export const t = words(roomOffline);
