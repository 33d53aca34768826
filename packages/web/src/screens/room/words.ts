import { room } from "@conclave/words/room";
import { words } from "../../words/words.js";

export const t = words(room);
