import { rooms } from "@conclave/words/rooms";
import { words } from "../../words/words.js";

export const t = words(rooms);
