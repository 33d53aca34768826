import { leaveRoom } from "@conclave/words/leaveRoom";
import { words } from "../../words/words.js";

export const t = words(leaveRoom);
