import { startRoom } from "@conclave/words/startRoom";
import { words } from "../../words/index.js";

export const t = words(startRoom);
