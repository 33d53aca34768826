import { app } from "@conclave/words/app";
import { words } from "../words/words.js";

export const t = words(app);
